import { useEffect, useRef, useState } from "preact/hooks";
import { Drawn } from "./drawing.ts";
import { type ChartProps, type Line, unnamed } from "./lines.ts";

/** A line chart of the page: colours come from the style sheet, so that light and dark are one setting. */

/** Values may change without a new chart, and whoever looks closely goes on looking there; other lines are another chart. */
export function Chart(props: ChartProps) {
  const kind = props.lines.map((l) => [l.label, l.tone, l.dash, l.bars, l.width, unnamed(l)].join()).join("|");
  return <Plot key={kind} {...props} />;
}

function Plot(props: ChartProps) {
  const { holder, legend, drawn, close } = useDrawing(props);
  const { lines } = props;
  return (
    <figure class="chart">
      {props.name ? <h3>{props.name}</h3> : null}
      <ul class="legend" aria-hidden="true" ref={legend}>
        {lines.map((line) =>
          unnamed(line) ? null : (
            <li key={line.label} class={`key ${line.tone}${look(line)}`}>
              {props.name === line.label ? null : line.label} <span class="value" />
            </li>
          ),
        )}
        <li class="where" />
      </ul>
      {close ? (
        <button type="button" class="plain whole" onClick={() => drawn.current?.whole()}>
          Show the whole
        </button>
      ) : null}
      <div
        ref={holder}
        class="canvas"
        role="img"
        aria-label={props.title}
        {...(props.zoom
          ? {
              tabIndex: 0,
              "aria-keyshortcuts": "+ - ArrowLeft ArrowRight 0",
              title: "Drag over a part to look closely, double click for the whole. With the keyboard: + − ← → 0",
              onKeyDown: (event: KeyboardEvent) => {
                if (drawn.current?.key(event.key)) event.preventDefault();
              },
            }
          : {})}
      />
      <p class="x-label" aria-hidden="true">
        {props.xLabel}
      </p>
    </figure>
  );
}

function useDrawing(props: ChartProps) {
  const legend = useRef<HTMLUListElement>(null);
  const holder = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [close, setClose] = useState(false);
  const { x, lines, marked = null } = props;
  useEffect(() => {
    const place = holder.current;
    if (!place) return;
    const begin = () => new Drawn(place, latest, { legend: () => legend.current, onZoom: setClose });
    drawn.current = begin();
    const redraw = () => {
      if (!drawn.current) return;
      drawn.current.end();
      drawn.current = begin();
    };
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", redraw);
    // What was drawn before its letters came would keep others.
    if (document.fonts.status !== "loaded") void document.fonts.ready.then(redraw);
    const resized = new ResizeObserver(() => drawn.current?.fit());
    resized.observe(place);
    return () => {
      scheme.removeEventListener("change", redraw);
      resized.disconnect();
      drawn.current?.end();
      drawn.current = null;
    };
  }, []);
  useEffect(() => drawn.current?.update({ x, lines, marked }), [x, lines, marked]);
  return { holder, legend, drawn, close };
}

/** How its key is drawn beside its name. */
const look = (line: Line): string => (line.bandWithPrevious || line.bars ? " area" : line.dash ? " dash" : "");
