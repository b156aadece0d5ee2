/**
 * The pictures of the pages: one at a time, with frames where cells stand and never a word on it.
 * @module
 */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact-htm.js";
import { t } from "../lib/words.js";

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.6, 2, 2.5, 3.2, 4];
const KEPT = "gipr.zoom";

/** The next larger or smaller zoom; 1 shows the whole width. */
export function zoomed(zoom, step) {
  const near = ZOOMS.reduce((best, one) => (Math.abs(one - zoom) < Math.abs(best - zoom) ? one : best));
  return ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(near) + step))];
}

/** The zoom that was chosen last. */
export function keptZoom() {
  return Number(localStorage.getItem(KEPT)) || 1.25;
}

/**
 * @param {{pages: object[], number: number, cells: object[], marks: Map, current: string | null,
 *   about: Set<string>, zoom: number, turn: (number: number) => void, setZoom: (zoom: number) => void,
 *   choose: (key: string) => void}} props
 */
export function PageImages(props) {
  const { pages, number, zoom, turn, setZoom } = props;
  const place = pages.findIndex((page) => page.number === number);
  const page = pages[place] ?? pages[0];
  useEffect(() => localStorage.setItem(KEPT, String(zoom)), [zoom]);
  return html`<div class="images">
    <div class="tools" role="toolbar" aria-label=${t("page.tools")}>
      <button type="button" onClick=${() => turn(pages[place - 1]?.number)} disabled=${place <= 0}
        aria-label=${t("page.before")}>‹</button>
      <span>${t("page.number", { number: page.number, of: pages.length })}</span>
      <button type="button" onClick=${() => turn(pages[place + 1]?.number)} disabled=${place >= pages.length - 1}
        aria-label=${t("page.after")}>›</button>
      <i class="gap"></i>
      <button type="button" onClick=${() => setZoom(zoomed(zoom, -1))} aria-label=${t("page.smaller")}>−</button>
      <button type="button" class="zoom" onClick=${() => setZoom(1)} title=${t("page.whole")}>${Math.round(zoom * 100)}%</button>
      <button type="button" onClick=${() => setZoom(zoomed(zoom, 1))} aria-label=${t("page.larger")}>+</button>
    </div>
    <div class="image-body">
      ${pages.length > 1 ? html`<${Thumbs} pages=${pages} number=${page.number} turn=${turn} marked=${markedPages(props)} />` : null}
      <${Sheet} ...${props} page=${page} />
    </div>
  </div>`;
}

/** The pages that hold a cell with something to look at. */
function markedPages({ cells, marks }) {
  const grave = ["fails", "lost", "illegible", "doubtful"];
  return new Set(cells.filter((cell) => cell.source && grave.includes(marks.get(cell.key)?.kind)).map((cell) => cell.source.page));
}

function Thumbs({ pages, number, turn, marked }) {
  const list = useRef(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [number]);
  return html`<nav class="thumbs" ref=${list} aria-label=${t("page.all")}>${pages.map((page) => html`
    <button type="button" key=${page.number} class=${marked.has(page.number) ? "marked" : ""}
      aria-current=${page.number === number ? "page" : undefined} onClick=${() => turn(page.number)}
      aria-label=${t("page.number", { number: page.number, of: pages.length })}>
      <img src=${page.image} alt="" loading="lazy" decoding="async" width="44" height=${Math.round((44 * page.height) / page.width)} />
      <span aria-hidden="true">${page.number}</span>
    </button>`)}</nav>`;
}

function Sheet({ page, cells, marks, current, anchor, about, zoom, choose, setZoom }) {
  const frame = useRef(null);
  const here = cells.filter((cell) => cell.source?.box && cell.source.page === page.number);
  const chosen = here.find((cell) => cell.key === anchor?.key);

  // What is looked at stands in the middle, also after the zoom has changed.
  useLayoutEffect(() => {
    const box = chosen?.source.box;
    const view = frame.current;
    if (!view || !box) return;
    const sheet = view.firstElementChild;
    const middle = (low, high, size, whole) => (((low + high) / 2) / whole) * size;
    view.scrollTo({
      left: sheet.offsetLeft + middle(box[0], box[2], sheet.offsetWidth, page.width) - view.clientWidth / 2,
      top: sheet.offsetTop + middle(box[1], box[3], sheet.offsetHeight, page.height) - view.clientHeight / 2,
    });
  }, [current, page.number, zoom]);

  const wheel = (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    setZoom(zoomed(zoom, event.deltaY < 0 ? 1 : -1));
  };
  const air = page.width / 300;
  return html`<div class="sheet-frame" ref=${frame} onWheel=${wheel} ...${usePan(frame)} tabindex="0" role="group"
      aria-label=${t("page.picture", { number: page.number })}>
    <div class="sheet" style=${`width:${zoom * 100}%;aspect-ratio:${page.width}/${page.height}`}>
      <img key=${page.image} src=${page.image} alt=${t("page.picture", { number: page.number })} draggable=${false} />
      <svg viewBox=${`0 0 ${page.width} ${page.height}`} preserveAspectRatio="none" aria-hidden="true">
        ${here.map((cell) => {
          const [left, top, right, bottom] = cell.source.box;
          const kind = marks.get(cell.key)?.kind ?? "";
          return html`<rect key=${cell.key} class=${`spot ${kind} ${about.has(cell.key) ? "about" : ""} ${cell.key === current ? "current" : ""}`}
            x=${left - air} y=${top - air} width=${right - left + 2 * air} height=${bottom - top + 2 * air}
            data-cell=${cell.key} onClick=${() => choose(cell.key)} />`;
        })}
      </svg>
    </div>
  </div>`;
}

/** Moving the page by dragging it. */
function usePan(frame) {
  const [from, setFrom] = useState(null);
  return {
    onPointerDown: (event) => {
      const view = frame.current;
      if (event.button === 0) setFrom({ x: event.clientX, y: event.clientY, left: view.scrollLeft, top: view.scrollTop });
    },
    onPointerMove: (event) => {
      if (!from || !(event.buttons & 1)) return;
      frame.current.scrollTo(from.left - (event.clientX - from.x), from.top - (event.clientY - from.y));
    },
    onPointerUp: () => setFrom(null),
  };
}
