// Shows only the operations whose words contain everything that was typed.
const field = document.getElementById("search");
const found = document.getElementById("found");
const entries = [...document.querySelectorAll("[data-words]")];
const tags = [...document.querySelectorAll("[data-tag]")];

function search() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of entries) {
    entry.hidden = !words.every((word) => entry.dataset.words.includes(word));
  }
  for (const tag of tags) {
    tag.hidden = !tag.querySelector("[data-words]:not([hidden])");
  }
  const count = entries.filter((entry) => entry.matches("article") && !entry.hidden).length;
  found.textContent = words.length === 0 ? "" : count === 1 ? "1 call" : `${count} calls`;
}

field.addEventListener("input", search);
search();
