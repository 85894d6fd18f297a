//! The REST API, its problem documents and its OpenAPI document
