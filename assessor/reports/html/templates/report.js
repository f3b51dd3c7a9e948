(() => {
"use strict";
const $ = (query, root = document) => [...root.querySelectorAll(query)];
const id = (name) => document.getElementById(name);
const tools = id("tools"), field = id("q"), told = id("told"), account = id("account"), unfold = id("unfold");
const boxes = $("input[type=checkbox]", tools);
const blocks = $(".c").map((block) => ({
  block, text: null, severity: block.querySelector(".v").textContent, rows: $("li", block), group: block.closest(".group"),
}));
const total = blocks.reduce((sum, one) => sum + one.rows.length, 0);
const opened = new Set();
const words = new WeakMap();
const text = (row, one) => {
  if (!words.has(row)) {
    one.text ??= one.block.querySelector("h5").textContent;
    words.set(row, (one.text + " " + row.textContent).toLowerCase());
  }
  return words.get(row);
};
const apply = () => {
  const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const where = account ? account.value : "";
  const filtering = wanted.length > 0 || where !== "" || severities.size < boxes.length;
  let shown = 0;
  const alive = new Map();
  for (const one of blocks) {
    let left = 0;
    for (const row of one.rows) {
      const own = row.querySelector(":scope > .v");
      const fits = severities.has(own ? own.textContent : one.severity)
        && (!where || row.querySelector("i").textContent.startsWith(where))
        && (!wanted.length || wanted.every((word) => text(row, one).includes(word)));
      row.hidden = !fits;
      left += fits;
    }
    one.block.hidden = left === 0;
    shown += left;
    alive.set(one.group, (alive.get(one.group) || 0) + left);
  }
  for (const [group, left] of alive) {
    group.hidden = filtering && left === 0;
    if (group.tagName !== "DETAILS") continue;
    if (wanted.length && left && !group.open) { group.open = true; opened.add(group); }
    if (!wanted.length && opened.delete(group)) group.open = false;
  }
  told.textContent = filtering ? `${shown} of ${total} shown` : "";
};
let waiting;
field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
for (const box of boxes) box.addEventListener("change", apply);
if (account) account.addEventListener("change", apply);
unfold.addEventListener("click", () => {
  const closed = $("details.group");
  const open = closed.some((one) => !one.open);
  for (const one of closed) one.open = open;
  unfold.textContent = open ? "Fold all" : "Unfold all";
});
for (const line of $("details .all")) {
  const [numbers, more] = line.textContent.split(" and ");
  line.textContent = "Calls:";
  for (const word of numbers.match(/[\d-]+/g) || []) {
    const link = document.createElement("a");
    link.href = `#e${parseInt(word, 10)}`;
    link.textContent = word;
    line.append(" ", link);
  }
  if (more) line.append(" and " + more);
}
const reveal = () => {
  const target = location.hash && id(decodeURIComponent(location.hash.slice(1)));
  const closed = target && target.closest("details");
  if (closed) { closed.open = true; target.scrollIntoView(); }
};
addEventListener("hashchange", reveal);
reveal();
for (const button of $("[data-copy]")) {
  const source = id(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(source);
    try { await navigator.clipboard.writeText(source.textContent); button.textContent = "Copied"; }
    catch { button.textContent = "Selected: press Ctrl-C"; }
  });
}
tools.hidden = false;
})();
