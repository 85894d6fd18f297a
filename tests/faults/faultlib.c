/* A disk and a clock that go wrong on request. Preloaded into the server (LD_PRELOAD), it stands between the program
 * and the kernel for whatever is written in one directory, and for the wall clock. What is to go wrong is in a file of
 * 64-bit numbers that both sides have mapped (`harness/disk.py` names the same slots).
 *
 * A power cut is more than a kill: what was written and not synced may be lost. With KEEP_UNDO, the old content of each
 * unsynced write is remembered; CUT takes all of them back, does some again, cut off at a sector, and kills the
 * process. SYNC_SWALLOW says that a sync was done and forgets it: the disk that lies, for the positive control.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum slot {
    SYNC_DELAY_US, SYNC_ERRNO, SYNC_SWALLOW, SYNC_HANG,
    WRITE_ERRNO, WRITE_SHORT, WRITE_HANG, WRITE_DELAY_US,
    TEAR_AFTER, CUT, KEEP_UNDO, FILES,
    CLOCK_SHIFT_MS, EVERY, SEED,
    SYNCS = 16, WRITES, FAULTS, HANGING, CALLS,
    SLOTS = 64
};

enum kind { NONE = 0, DATABASE = 1, WAL = 2, OTHER = 4 };

static volatile int64_t *slots;
static char directory[4096];
static size_t directory_length;

__attribute__((constructor)) static void start(void)
{
    const char *control = getenv("FAULTS_CONTROL"), *where = getenv("FAULTS_DIR");
    if (!control || !where || strlen(where) >= sizeof directory)
        return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, SLOTS * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (mapped == MAP_FAILED)
        return;
    strcpy(directory, where);
    directory_length = strlen(where);
    slots = mapped;
}

static int64_t get(enum slot slot) { return slots ? slots[slot] : 0; }
static void count(enum slot slot)
{
    if (slots)
        __atomic_add_fetch(&slots[slot], 1, __ATOMIC_SEQ_CST);
}

static void nap(int64_t microseconds)
{
    struct timespec time = { microseconds / 1000000, microseconds % 1000000 * 1000 };
    syscall(SYS_nanosleep, &time, NULL);
}

static int ends_with(const char *path, const char *end)
{
    size_t length = strlen(path), wanted = strlen(end);
    return length >= wanted && !strcmp(path + length - wanted, end);
}

/* What kind of file this is; `path` gets its name. Files outside of the directory, and the shared index of the
 * write-ahead log, which is memory, have none. */
static enum kind kind_of(int fd, char *path, size_t size)
{
    char link[64];
    if (!slots)
        return NONE;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
    if (length <= 0)
        return NONE;
    path[length] = 0;
    if (strncmp(path, directory, directory_length) || ends_with(path, "-shm"))
        return NONE;
    if (ends_with(path, ".db"))
        return DATABASE;
    return ends_with(path, "-wal") ? WAL : OTHER;
}

/* Whether the fault is meant for this file, and for this call of those that it is meant for. */
static int is_meant(enum kind kind)
{
    int64_t files = get(FILES), every = get(EVERY);
    if (files && !(files & kind))
        return 0;
    return every <= 1 || __atomic_add_fetch(&slots[CALLS], 1, __ATOMIC_SEQ_CST) % every == 0;
}

static void hang_while(enum slot slot, enum kind kind)
{
    if (!get(slot) || (get(FILES) && !(get(FILES) & kind)))
        return;
    count(HANGING);
    count(FAULTS);
    while (get(slot))
        nap(5000);
    __atomic_sub_fetch(&slots[HANGING], 1, __ATOMIC_SEQ_CST);
}

/* --- what is not synced yet --- */

struct unsynced {
    struct unsynced *older;
    char *path;
    off_t offset, size_before;
    size_t length, old_length;
    char *bytes, *old;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct unsynced *newest;

static void remember(int fd, const char *path, const void *bytes, size_t length, off_t offset)
{
    struct stat status;
    struct unsynced *it = calloc(1, sizeof *it);
    if (!it || fstat(fd, &status))
        abort();
    it->path = strdup(path);
    it->offset = offset;
    it->size_before = status.st_size;
    it->length = length;
    it->bytes = malloc(length + 1);
    it->old = malloc(length + 1);
    if (!it->path || !it->bytes || !it->old)
        abort();
    memcpy(it->bytes, bytes, length);
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int reading = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
    ssize_t read = reading < 0 ? -1 : syscall(SYS_pread64, reading, it->old, length, offset);
    it->old_length = read < 0 ? 0 : (size_t)read;
    if (reading >= 0)
        syscall(SYS_close, reading);
    it->older = newest;
    newest = it;
}

static void forget(const char *path)
{
    struct unsynced **at = &newest;
    while (*at) {
        struct unsynced *it = *at;
        if (strcmp(it->path, path)) {
            at = &it->older;
            continue;
        }
        *at = it->older;
        free(it->path);
        free(it->bytes);
        free(it->old);
        free(it);
    }
}

/* The power goes out. The lock is held, so nothing is written meanwhile, and it is never given back. */
static void cut_power(void)
{
    uint64_t chance = (uint64_t)get(SEED) * 6364136223846793005u + 1442695040888963407u;
    struct unsynced *oldest_first = NULL;
    for (struct unsynced *it = newest, *older; it; it = older) {
        older = it->older;
        int fd = (int)syscall(SYS_openat, AT_FDCWD, it->path, O_WRONLY | O_CLOEXEC, 0);
        if (fd >= 0) {
            syscall(SYS_pwrite64, fd, it->old, it->old_length, it->offset);
            syscall(SYS_ftruncate, fd, it->size_before);
            syscall(SYS_close, fd);
        }
        it->older = oldest_first;
        oldest_first = it;
    }
    for (struct unsynced *it = oldest_first; it; it = it->older) {
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        unsigned fate = (unsigned)(chance >> 33) % 4;
        size_t length = fate == 0 ? it->length : fate == 1 ? it->length / 2 / 512 * 512 : 0;
        int fd = length ? (int)syscall(SYS_openat, AT_FDCWD, it->path, O_WRONLY | O_CLOEXEC, 0) : -1;
        if (fd >= 0) {
            syscall(SYS_pwrite64, fd, it->bytes, length, it->offset);
            syscall(SYS_close, fd);
        }
    }
    count(FAULTS);
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;)
        nap(1000000);
}

/* --- the calls --- */

/* Writes at the offset, or where the file stands for -1, unless something is to go wrong. */
static ssize_t store(int fd, const void *bytes, size_t length, off_t offset)
{
    char path[4096];
    enum kind kind = kind_of(fd, path, sizeof path);
    int keeps = kind && get(KEEP_UNDO);
    size_t allowed = length;
    if (kind) {
        count(WRITES);
        hang_while(WRITE_HANG, kind);
        if (get(WRITE_DELAY_US))
            nap(get(WRITE_DELAY_US));
        if (get(WRITE_ERRNO) && is_meant(kind)) {
            count(FAULTS);
            errno = (int)get(WRITE_ERRNO);
            return -1;
        }
        if (length > 1 && get(WRITE_SHORT) && is_meant(kind)) {
            count(FAULTS);
            allowed = length / 2;
        }
        if (get(TEAR_AFTER) > 0 && (!get(FILES) || get(FILES) & kind)
            && __atomic_sub_fetch(&slots[TEAR_AFTER], 1, __ATOMIC_SEQ_CST) == 0) {
            count(FAULTS);
            syscall(SYS_pwrite64, fd, bytes, length / 2, offset < 0 ? syscall(SYS_lseek, fd, 0, SEEK_CUR) : offset);
            syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
            for (;;)
                nap(1000000);
        }
    }
    if (keeps) {
        off_t at = offset;
        if (at < 0)
            at = fcntl(fd, F_GETFL) & O_APPEND ? syscall(SYS_lseek, fd, 0, SEEK_END) : syscall(SYS_lseek, fd, 0, SEEK_CUR);
        pthread_mutex_lock(&lock);
        if (get(CUT))
            cut_power();
        remember(fd, path, bytes, allowed, at);
    }
    ssize_t written = offset < 0 ? syscall(SYS_write, fd, bytes, allowed) : syscall(SYS_pwrite64, fd, bytes, allowed, offset);
    if (keeps) {
        int error = errno;
        pthread_mutex_unlock(&lock);
        errno = error;
    }
    return written;
}

static int settle(int fd, int call)
{
    char path[4096];
    enum kind kind = kind_of(fd, path, sizeof path);
    if (!kind)
        return (int)syscall(call, fd);
    count(SYNCS);
    hang_while(SYNC_HANG, kind);
    if (get(SYNC_DELAY_US))
        nap(get(SYNC_DELAY_US));
    if (get(SYNC_ERRNO) && is_meant(kind)) {
        count(FAULTS);
        errno = (int)get(SYNC_ERRNO);
        return -1;
    }
    if (get(SYNC_SWALLOW)) {
        count(FAULTS);
        return 0;
    }
    if (!get(KEEP_UNDO))
        return (int)syscall(call, fd);
    /* The power does not really go out: the memory of what is unsynced is all that a sync has to clear. */
    pthread_mutex_lock(&lock);
    if (get(CUT))
        cut_power();
    forget(path);
    pthread_mutex_unlock(&lock);
    return 0;
}

ssize_t write(int fd, const void *bytes, size_t length) { return store(fd, bytes, length, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return store(fd, bytes, length, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return store(fd, bytes, length, offset); }

/* Several pieces are written one by one: a short write is for the caller to go on from. */
static ssize_t store_all(int fd, const struct iovec *pieces, int number, off_t offset)
{
    ssize_t total = 0;
    for (int i = 0; i < number; i++) {
        ssize_t written = store(fd, pieces[i].iov_base, pieces[i].iov_len, offset < 0 ? -1 : offset + total);
        if (written < 0)
            return total ? total : -1;
        total += written;
        if ((size_t)written < pieces[i].iov_len)
            break;
    }
    return total;
}

ssize_t writev(int fd, const struct iovec *pieces, int number)
{
    char path[4096];
    if (kind_of(fd, path, sizeof path) == NONE)
        return syscall(SYS_writev, fd, pieces, number);
    return store_all(fd, pieces, number, -1);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int number, off_t offset)
{
    return store_all(fd, pieces, number, offset);
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int number, off64_t offset)
{
    return store_all(fd, pieces, number, offset);
}

int fsync(int fd) { return settle(fd, SYS_fsync); }
int fdatasync(int fd) { return settle(fd, SYS_fdatasync); }

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int done = (int)syscall(SYS_clock_gettime, clock, time);
    int64_t shift = get(CLOCK_SHIFT_MS);
    if (done || !shift || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
        return done;
    int64_t nanoseconds = time->tv_nsec + shift % 1000 * 1000000;
    time->tv_sec += shift / 1000;
    if (nanoseconds < 0) {
        nanoseconds += 1000000000;
        time->tv_sec -= 1;
    } else if (nanoseconds >= 1000000000) {
        nanoseconds -= 1000000000;
        time->tv_sec += 1;
    }
    time->tv_nsec = nanoseconds;
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where)
        *where = now.tv_sec;
    return now.tv_sec;
}
