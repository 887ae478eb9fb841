// What is asked of a page, in the page.
({
  values() {
    // A cell's own figure, without the small lines below it.
    const own = (element) => {
      if (element.tagName === "circle" || element.tagName === "rect") return null;
      return Array.from(element.childNodes).filter((node) => !(node.classList && node.classList.contains("beside"))).map((node) => node.textContent).join("");
    };
    return Array.from(document.querySelectorAll("[data-value]")).map((element) => {
      const near = (name) => { const found = element.closest(`[${name}]`); return found ? found.getAttribute(name) : null; };
      let column = near("data-column");
      if (element.tagName === "TD") column = element.closest("table").tHead.rows[0].cells[element.cellIndex].getAttribute("data-column");
      const zh = element.querySelector(".zh");
      return { value: element.getAttribute("data-value"), mart: near("data-mart"), row: near("data-row"), column, source: near("data-source"),
        code: element.getAttribute("data-code"), balance: element.getAttribute("data-balance"), points: element.hasAttribute("data-points"), text: zh ? null : own(element) };
    });
  },
  // Shares of the total that the page works out itself.
  shares() {
    return Array.from(document.querySelectorAll("[data-share-of]")).map((element) => ({ mart: element.closest("[data-mart]").dataset.mart,
      column: element.dataset.shareOf, rows: element.dataset.rows.split(" "), whole: element.dataset.whole, text: element.textContent }));
  },
  changes() {
    return Array.from(document.querySelectorAll("[data-before] > .change")).map((element) => {
      const card = element.closest("[data-mart]");
      const en = element.querySelector(".en");
      return { mart: card.dataset.mart, column: card.dataset.column, row: card.dataset.row, before: element.parentElement.dataset.before, text: (en || element).textContent };
    });
  },
  panels() {
    return Array.from(document.querySelectorAll(".panel")).map((panel) => ({ name: panel.dataset.mart + " " + panel.dataset.column,
      points: Array.from(panel.querySelectorAll("circle")).map((dot) => ({ value: dot.dataset.value, y: dot.getAttribute("cy") })) }));
  },
  // Bars as wide as their values say, beside the greatest of their list.
  bars() {
    const wrong = [];
    document.querySelectorAll(".ranking ol, .bars, .funnel, .mini").forEach((list) => {
      const lines = Array.from(list.querySelectorAll(".track")).map((track) => {
        const figure = track.parentElement.querySelector("[data-value]");
        return figure && { width: parseFloat(track.lastElementChild.getAttribute("width")), value: Number(figure.dataset.value) };
      }).filter(Boolean);
      const most = Math.max(...lines.map((line) => line.value));
      lines.forEach((line) => { if (most > 0 && Math.abs(line.width - 100 * Math.max(0, line.value) / most) > 0.011) wrong.push(line); });
    });
    return wrong;
  },
  intruders() {
    const wrong = [];
    document.querySelectorAll("*").forEach((element) => {
      for (const attribute of element.attributes) if (/^on/i.test(attribute.name) || attribute.name === "style") wrong.push(element.outerHTML.slice(0, 200));
      if (["IMG", "IFRAME", "OBJECT", "EMBED", "LINK", "FORM", "BASE"].includes(element.tagName)) wrong.push(element.outerHTML.slice(0, 200));
    });
    if (document.scripts.length !== 1) wrong.push(`${document.scripts.length} scripts`);
    if (window.hacked !== undefined) wrong.push(`hacked ${window.hacked}`);
    document.querySelectorAll("a").forEach((link) => { if (!/^(\.\/|#)/.test(link.getAttribute("href"))) wrong.push(link.outerHTML.slice(0, 200)); });
    return wrong;
  },
  // Boxes of visible text, those that a scrolled box hides left out.
  texts() {
    const boxes = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let number = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      number += 1;
      if (!node.textContent.trim()) continue;
      const parent = node.parentElement;
      const closed = parent.closest("details:not([open])");
      if (closed && !parent.closest("summary")) continue;
      if (parent.closest("script, style, title, desc") || getComputedStyle(parent).visibility === "hidden") continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const scroll = parent.closest(".scroll"), clip = parent.closest(".clip, td, th");
      for (const rect of range.getClientRects()) {
        if (rect.width < 1 || rect.height < 1) continue;
        let box = { left: rect.left + scrollX, top: rect.top + scrollY, right: rect.right + scrollX, bottom: rect.bottom + scrollY };
        for (const frame of [scroll, clip]) {
          if (!frame) continue;
          const edge = frame.getBoundingClientRect();
          box = { left: Math.max(box.left, edge.left + scrollX), right: Math.min(box.right, edge.right + scrollX), top: Math.max(box.top, edge.top + scrollY), bottom: Math.min(box.bottom, edge.bottom + scrollY) };
        }
        if (box.right - box.left < 1 || box.bottom - box.top < 1) continue;
        boxes.push({ ...box, text: node.textContent.trim().slice(0, 40), inTable: Boolean(scroll), node: number });
      }
    }
    return boxes;
  },
  // Names that are cut off with an ellipsis though they are short.
  cut() {
    return Array.from(document.querySelectorAll(".clip, .data td, .data th, .kpi, .card, .alert, h1, h2, h3"))
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && element.textContent.trim().length <= 24)
      .map((element) => `${element.tagName} '${element.textContent.trim()}'`);
  },
})
