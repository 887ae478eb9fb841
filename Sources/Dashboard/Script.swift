/// What needs a script: sorting, filtering, exact values on pointing. Without it everything can still be read, and the
/// switch of languages works.
enum Script {
    static let text: StaticString = """

        (function () {
          "use strict";
          var root = document.documentElement;
          function say(en, zh) { return root.lang === "zh" ? zh : en; }
          document.querySelectorAll("input.language").forEach(function (input) {
            if (input.checked) root.lang = input.id.slice(2);
            input.addEventListener("change", function () { root.lang = input.id.slice(2); });
          });
          document.addEventListener("mouseover", function (event) {
            var cell = event.target.closest && event.target.closest("[data-value]");
            if (cell && !cell.title && !(cell instanceof SVGElement)) cell.title = cell.getAttribute("data-value");
          });

          function key(row, index) {
            var cell = row.cells[index];
            if (!cell) return null;
            var exact = cell.getAttribute("data-value");
            if (exact !== null) return Number(exact);
            var text = cell.textContent.trim();
            return text === "\\u2013" || text === "" ? null : text;
          }
          function compare(a, b) {
            if (typeof a === "number" && typeof b === "number") return a - b;
            var x = String(a), y = String(b);
            return x < y ? -1 : x > y ? 1 : 0;
          }
          function sort(table, index, direction) {
            var body = table.tBodies[0];
            var rows = Array.from(body.rows).map(function (row, place) { return { row: row, place: place, key: key(row, index) }; });
            rows.sort(function (a, b) {
              if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.place - b.place;
              return direction * compare(a.key, b.key) || a.place - b.place;
            });
            rows.forEach(function (item) { body.appendChild(item.row); });
          }
          function makeSortable(table) {
            var heads = Array.from(table.tHead.rows[0].cells);
            var select = null;
            function turn(head, index) {
              var current = head.getAttribute("aria-sort");
              var next = current === "none" ? (head.className === "num" ? "descending" : "ascending") : current === "descending" ? "ascending" : "descending";
              heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
              head.setAttribute("aria-sort", next);
              sort(table, index, next === "ascending" ? 1 : -1);
              if (select) select.value = String(index);
            }
            heads.forEach(function (head, index) {
              head.setAttribute("aria-sort", head.hasAttribute("data-leading") ? "descending" : "none");
              head.tabIndex = 0;
              head.addEventListener("click", function () { turn(head, index); });
              head.addEventListener("keydown", function (event) {
                if (event.key === "Enter" || event.key === " ") { event.preventDefault(); turn(head, index); }
              });
            });
            // Cards on a phone have no head to press.
            if (!table.classList.contains("cards")) return;
            var label = document.createElement("label"), words = document.createElement("span");
            label.className = "by filter";
            select = document.createElement("select");
            var first = -1;
            heads.forEach(function (head, index) {
              var option = document.createElement("option");
              option.value = String(index);
              if (head.hasAttribute("data-leading")) first = index;
              select.append(option);
            });
            function name() {
              words.textContent = say("Sort by", "排序");
              Array.from(select.options).forEach(function (option, index) {
                var own = heads[index].querySelector(":scope > ." + root.lang);
                option.textContent = own ? own.textContent : heads[index].firstChild.textContent;
              });
            }
            name();
            select.value = String(first);
            select.addEventListener("change", function () {
              var head = heads[Number(select.value)];
              head.setAttribute("aria-sort", "none");
              turn(head, Number(select.value));
            });
            onLanguage(name);
            label.append(words, select);
            table.parentElement.before(label);
          }
          function onLanguage(act) {
            document.querySelectorAll("input.language").forEach(function (input) { input.addEventListener("change", act); });
          }
          function makeFilterable(table) {
            var rows = Array.from(table.tBodies[0].rows), apart = table.tBodies[1];
            var box = document.createElement("div");
            box.className = "filter";
            var input = document.createElement("input");
            input.type = "search";
            var count = document.createElement("span");
            count.setAttribute("aria-live", "polite");
            function label() {
              input.placeholder = say("Filter rows", "筛选行");
              input.setAttribute("aria-label", input.placeholder);
            }
            function apply() {
              var words = input.value.toLowerCase().split(/\\s+/).filter(Boolean), shown = 0;
              rows.forEach(function (row) {
                var text = Array.from(row.cells).filter(function (cell) { return cell.className.indexOf("num") < 0; }).map(function (cell) { return cell.textContent; }).join(" ").toLowerCase();
                var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
                row.hidden = !fits;
                if (fits) shown += 1;
              });
              if (apart) apart.hidden = words.length > 0;
              count.textContent = words.length ? say(shown + " of " + rows.length + " rows", shown + " / " + rows.length + " 行") : "";
            }
            label();
            input.addEventListener("input", apply);
            onLanguage(function () { label(); apply(); });
            box.append(input, count);
            table.parentElement.before(box);
          }
          document.querySelectorAll("table.data").forEach(function (table) {
            if (table.tBodies[0].rows.length < 2) return;
            makeSortable(table);
            if (table.tBodies[0].rows.length > 6) makeFilterable(table);
          });
        })();

        """
}
