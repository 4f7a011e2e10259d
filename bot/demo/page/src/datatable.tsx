// The data_table block, which the library does not draw: sorted by a press on a head, page by page.

import { useState } from "react";
import type { Block, Cell } from "./types";

const shown = (cell: Cell | undefined) => cell?.text ?? (cell?.value === undefined ? "" : String(cell.value));

function compare(one: Cell | undefined, other: Cell | undefined): number {
  if (one?.value !== undefined && other?.value !== undefined) return one.value - other.value;
  return shown(one).localeCompare(shown(other), "en", { numeric: true });
}

export function DataTable({ block }: { block: Block }) {
  const [head = [], ...body] = block.rows ?? [];
  const [order, setOrder] = useState<{ column: number; down: boolean } | null>(null);
  const [page, setPage] = useState(0);
  const size = block.page_size ?? 5;
  const rows = order
    ? [...body].sort((a, b) => compare(a[order.column], b[order.column]) * (order.down ? -1 : 1))
    : body;
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const at = Math.min(page, pages - 1);
  const turn = (column: number) =>
    setOrder(order?.column === column ? { column, down: !order.down } : { column, down: false });
  return (
    <div className="data-table">
      <div className="scroller" role="group" aria-label={block.caption ?? "Table"} tabIndex={0}>
        <table>
          <caption>{block.caption}</caption>
          <thead>
            <tr>
              {head.map((cell, column) => (
                <th key={column} scope="col" aria-sort={sorted(order, column)} className={side(body, column)}>
                  <button type="button" onClick={() => turn(column)}>
                    {shown(cell)} <span aria-hidden="true">{arrow(order, column)}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(at * size, (at + 1) * size).map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column} className={side(body, column)}>
                    {shown(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <div className="pager">
          <button type="button" className="button small" disabled={at === 0} onClick={() => setPage(at - 1)}>
            Previous
          </button>
          <span aria-live="polite">
            {at + 1} of {pages}
          </span>
          <button type="button" className="button small" disabled={at + 1 === pages} onClick={() => setPage(at + 1)}>
            Next
          </button>
        </div>
      )}
    </div>
  );
}

type Order = { column: number; down: boolean } | null;

function sorted(order: Order, column: number): "none" | "ascending" | "descending" {
  if (order?.column !== column) return "none";
  return order.down ? "descending" : "ascending";
}

function arrow(order: Order, column: number): string {
  if (order?.column !== column) return "";
  return order.down ? "↓" : "↑";
}

/** Figures stand to the right. */
function side(rows: Cell[][], column: number): string {
  return rows.length > 0 && rows.every((row) => row[column]?.type === "raw_number") ? "figure" : "";
}
