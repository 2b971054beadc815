"use strict";
// The page reads without this script. It adds: lines of a step on hover and focus, zoom and drag on the map, a map
// that opens at its happy path where it is wider than the page, open details on paper.

for (const figure of document.querySelectorAll("[data-zoom]")) {
  const map = figure.querySelector(".picture svg");
  if (map && map.viewBox.baseVal.width) {
    highlight(map);
    zoom(figure, map);
    showStart(map);
  }
}

let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});

function highlight(map) {
  const nodes = [...map.querySelectorAll(".node")];
  const edges = [...map.querySelectorAll(".edge")];
  const show = (id) => {
    const near = new Set([id]);
    for (const edge of edges) {
      const { source = "start", target = "end" } = edge.dataset;
      const touches = source === id || target === id;
      edge.classList.toggle("faded", !touches);
      if (touches) near.add(source).add(target);
    }
    for (const node of nodes) node.classList.toggle("faded", !near.has(node.id));
  };
  const clear = () => {
    for (const part of [...nodes, ...edges]) part.classList.remove("faded");
  };
  for (const node of nodes) {
    node.addEventListener("pointerenter", () => show(node.id));
    node.addEventListener("focus", () => show(node.id));
    node.addEventListener("pointerleave", clear);
    node.addEventListener("blur", clear);
  }
}

function showStart(map) {
  const picture = map.parentElement;
  const start = map.querySelector(".terminal").getBoundingClientRect();
  const frame = picture.getBoundingClientRect();
  picture.scrollLeft += (start.left + start.right - frame.left - frame.right) / 2;
}

function zoom(figure, map) {
  const box = map.viewBox.baseVal;
  const all = { x: box.x, y: box.y, width: box.width, height: box.height };
  const steps = { in: 0.8, out: 1.25 };

  // Zoom by a factor (below 1 is closer) so that the point under x, y, both 0..1 of the picture, stays where it is.
  const scale = (factor, x, y) => {
    const width = Math.min(all.width, Math.max(all.width / 12, box.width * factor));
    const height = (width / all.width) * all.height;
    move(box.x + (box.width - width) * x, box.y + (box.height - height) * y, width, height);
  };
  const move = (x, y, width, height) => {
    box.width = width;
    box.height = height;
    box.x = Math.min(all.x + all.width - width, Math.max(all.x, x));
    box.y = Math.min(all.y + all.height - height, Math.max(all.y, y));
  };

  const tools = figure.querySelector(".tools");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const step = event.target.dataset.step;
    if (step === "all") move(all.x, all.y, all.width, all.height);
    else if (step) scale(steps[step], 0.5, 0.5);
  });
  map.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // the page scrolls on
    event.preventDefault();
    const frame = map.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width;
    const y = (event.clientY - frame.top) / frame.height;
    scale(event.deltaY < 0 ? steps.in : steps.out, x, y);
  }, { passive: false });
  map.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || box.width >= all.width) return;
    const frame = map.getBoundingClientRect();
    const start = { x: event.clientX, y: event.clientY, left: box.x, top: box.y };
    const drag = (now) => {
      const dx = ((now.clientX - start.x) / frame.width) * box.width;
      const dy = ((now.clientY - start.y) / frame.height) * box.height;
      move(start.left - dx, start.top - dy, box.width, box.height);
    };
    const drop = () => {
      figure.classList.remove("moving");
      removeEventListener("pointermove", drag);
    };
    figure.classList.add("moving");
    addEventListener("pointermove", drag);
    addEventListener("pointerup", drop, { once: true });
  });
}
