"use strict";
// Everything here is extra: the page says the same without it.
for (const at of document.querySelectorAll("time")) {
  const date = new Date(at.dateTime);
  if (!Number.isNaN(date.getTime())) at.textContent = "day" in at.dataset ? date.toLocaleDateString() : date.toLocaleString();
}
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(button.previousElementSibling);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = "Press Ctrl-C";
    }
  });
}
// One crosshair over all charts of a page; what it says stands in the tables.
const LEFT = 52, RIGHT = 64;
const figures = [...document.querySelectorAll("figure[data-seconds]")].map((figure) => {
  const plot = figure.querySelector(".plot");
  const rows = [...figure.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.textContent));
  const keys = [...figure.querySelectorAll(".value")];
  const cross = document.createElement("div");
  cross.className = "cross";
  cross.hidden = true;
  plot.append(cross);
  return { figure, plot, rows, keys, cross, at: figure.querySelector(".when"), seconds: Number(figure.dataset.seconds), stride: Number(figure.dataset.stride) };
});
const width = (one) => one.figure.querySelector("svg").viewBox.baseVal.width;
const show = (share) => {
  for (const one of figures) {
    one.cross.hidden = share === null;
    const row = share === null ? undefined : one.rows[Math.floor((share * one.seconds) / one.stride)];
    if (share !== null) one.cross.style.left = `${((LEFT + share * (width(one) - LEFT - RIGHT)) / width(one)) * 100}%`;
    one.at.textContent = row ? row[0] : "";
    one.keys.forEach((key, index) => { key.textContent = row ? row[index + 1] ?? "" : ""; });
  }
};
for (const one of figures) {
  one.plot.addEventListener("mousemove", (event) => {
    const box = one.plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width(one);
    const share = (x - LEFT) / (width(one) - LEFT - RIGHT);
    show(share >= 0 && share <= 1 ? share : null);
  });
  one.plot.addEventListener("mouseleave", () => show(null));
}
