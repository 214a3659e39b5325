// biome-ignore-all lint/a11y/noRedundantRoles: "display: block" on a phone takes the implied roles away.
import type { ReactNode } from "react";
import { cx } from "../cx";
import { VisuallyHidden } from "./VisuallyHidden";

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the right, in digits of equal width. */
  numeric?: boolean;
  /** The cell that names the row. */
  rowHeader?: boolean;
}

interface TableProps<Row> {
  caption: string;
  hideCaption?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Shown instead of rows when there are none. */
  empty?: ReactNode;
}

/** On a phone every row becomes a block in which each value stands beside the name of its column. */
export function Table<Row>({ caption, hideCaption, columns, rows, rowKey, empty }: TableProps<Row>) {
  return (
    <>
      <table role="table" className="w-full text-left text-sm max-sm:block">
        <caption className={hideCaption ? "sr-only" : "pb-2 text-left text-ink-muted text-sm max-sm:block"}>
          {caption}
        </caption>
        <thead role="rowgroup" className="border-line border-b text-ink-muted max-sm:sr-only">
          <tr role="row">
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                role="columnheader"
                className={cx("px-2 py-2 font-medium", column.numeric && "text-right")}
              >
                {column.header || <VisuallyHidden>{column.key}</VisuallyHidden>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="max-sm:block">
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              role="row"
              className="border-line border-b last:border-b-0 max-sm:block max-sm:py-2"
            >
              {columns.map((column) => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && empty}
    </>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const className = cx(
    "px-2 py-2 align-baseline font-normal max-sm:flex max-sm:justify-between max-sm:gap-4 max-sm:py-1",
    column.numeric && "tabular-nums sm:text-right",
  );
  const label = column.header && (
    <span aria-hidden className="text-ink-muted sm:hidden">
      {column.header}
    </span>
  );
  return column.rowHeader ? (
    <th scope="row" role="rowheader" className={className}>
      {label}
      <span className="min-w-0 break-words">{column.cell(row)}</span>
    </th>
  ) : (
    <td role="cell" className={className}>
      {label}
      <span className="min-w-0 break-words">{column.cell(row)}</span>
    </td>
  );
}
