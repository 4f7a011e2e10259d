// A native chart with axes: straight lines between figures that are known, nothing guessed between.
// The library rounds lines until they overshoot; its pie is used as it is.

import { useId, useLayoutEffect, useRef, useState } from "react";
import { every, figure, scale, type Scale } from "./scale";
import type { Block, Chart as Told } from "./types";

const HEIGHT = 188;
const TOP = 10;
const FOOT = 24;
const LETTER = 6.6;
const WIDEST_BAR = 34;

export function Chart({ block, chart }: { block: Block; chart: Told }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const name = useId();
  const { categories = [], y_label: side } = chart.axis_config ?? {};
  const series = chart.series ?? [];
  return (
    <figure className="chart" aria-labelledby={name}>
      <figcaption id={name}>{typeof block.title === "string" ? block.title : block.title?.text}</figcaption>
      {side && <p className="quiet">{side}</p>}
      <div ref={box} className="chart-plot">
        {width > 0 && <Plot chart={chart} width={width} />}
      </div>
      {series.length > 1 && (
        <ul className="chart-legend" aria-hidden="true">
          {series.map((one, index) => (
            <li key={one.name}>
              <span className={`swatch series-${index}`} />
              {one.name}
            </li>
          ))}
        </ul>
      )}
      {/* A table heeds no height of its own: what hides it is the box around it. */}
      <div className="hidden">
        <table>
          <thead>
            <tr>
              <th scope="col">{chart.axis_config?.x_label ?? "Period"}</th>
              {series.map((one) => (
                <th key={one.name} scope="col">
                  {one.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {categories.map((label, at) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {series.map((one) => (
                  <td key={one.name}>{figure(one.data[at]?.value ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function useWidth(box: React.RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!box.current) return;
    setWidth(box.current.clientWidth);
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [box]);
  return width;
}

interface Frame {
  left: number;
  right: number;
  y: (value: number) => number;
  /** The middle of a category's room, and how wide that is. */
  x: (at: number) => number;
  room: number;
}

function framed(axis: Scale, { width, count, bars }: { width: number; count: number; bars: boolean }): Frame {
  const left = Math.max(...axis.ticks.map((tick) => figure(tick).length)) * LETTER + 12;
  const right = width - (bars ? 4 : 22);
  const room = (right - left) / (bars ? count : Math.max(1, count - 1));
  const height = HEIGHT - TOP - FOOT;
  return {
    left,
    right,
    room,
    x: (at) => left + room * (bars ? at + 0.5 : at),
    y: (value) => TOP + height * (1 - (value - axis.low) / (axis.high - axis.low)),
  };
}

function Plot({ chart, width }: { chart: Told; width: number }) {
  const labels = chart.axis_config?.categories ?? [];
  const series = (chart.series ?? []).map((one) => one.data.map((point) => point.value));
  const bars = chart.type === "bar";
  const axis = scale(series.flat(), chart.type !== "line");
  const frame = framed(axis, { width, count: labels.length, bars });
  const step = every(labels, frame.right - frame.left, LETTER);
  // The newest label is always written.
  const written = (at: number) => (labels.length - 1 - at) % step === 0;
  return (
    <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      {axis.ticks.map((tick) => (
        <g key={tick}>
          <line className="grid" x1={frame.left} x2={frame.right} y1={frame.y(tick)} y2={frame.y(tick)} />
          <text x={frame.left - 8} y={frame.y(tick) + 4} textAnchor="end">
            {figure(tick)}
          </text>
        </g>
      ))}
      {labels.map((label, at) =>
        written(at) ? (
          <text key={label} x={frame.x(at)} y={HEIGHT - 5} textAnchor="middle">
            {label}
          </text>
        ) : null,
      )}
      {series.map((values, index) =>
        bars ? (
          <Bars key={index} values={values} {...{ index, frame }} of={series.length} />
        ) : (
          <Line key={index} values={values} {...{ index, frame, labels }} filled={chart.type === "area"} />
        ),
      )}
    </svg>
  );
}

interface LineProps {
  values: number[];
  labels: string[];
  index: number;
  frame: Frame;
  filled: boolean;
}

function Line({ values, labels, index, frame, filled }: LineProps) {
  const points = values.map((value, at) => `${frame.x(at).toFixed(1)},${frame.y(value).toFixed(1)}`);
  const floor = `${frame.x(values.length - 1)},${frame.y(0)} ${frame.x(0)},${frame.y(0)}`;
  return (
    <g className={`series-${index}`}>
      {filled && <polygon points={`${points.join(" ")} ${floor}`} />}
      <polyline points={points.join(" ")} />
      {values.map((value, at) => (
        <circle key={at} cx={frame.x(at)} cy={frame.y(value)} r={at === values.length - 1 ? 4 : 3}>
          <title>{`${labels[at]}: ${figure(value)}`}</title>
        </circle>
      ))}
    </g>
  );
}

function Bars({ values, index, frame, of }: { values: number[]; index: number; frame: Frame; of: number }) {
  const wide = Math.min(WIDEST_BAR, (frame.room * 0.72) / of);
  return (
    <g className={`series-${index}`}>
      {values.map((value, at) => {
        const x = frame.x(at) + (index - of / 2) * wide;
        const [from, to] = [frame.y(Math.max(0, value)), frame.y(Math.min(0, value))];
        return (
          <rect key={at} x={x} y={from} width={Math.max(1, wide - 2)} height={Math.max(1, to - from)} rx={2}>
            <title>{figure(value)}</title>
          </rect>
        );
      })}
    </g>
  );
}
