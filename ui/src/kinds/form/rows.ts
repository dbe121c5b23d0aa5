/** Rows of a table within a form: what is in them, and what is wrong. Pure. */
import { isEmpty, readNumber, settled, type Field, type Values } from './fields';

export type Row = Values;

/** Kinds that are written in one line: columns of them stand side by side under their titles. */
const LINES = ['text', 'number', 'whole', 'date', 'datetime', 'url'];
const MOST_SIDE_BY_SIDE = 4;

export const columnsOf = ({ fields = [] }: Field): Field[] => fields;

/** Whether rows have the form of a table; others are cards, one below the other. */
export function isTable(columns: Field[]): boolean {
  const plain = columns.every(({ kind, when }) => LINES.includes(kind) && !when);
  return plain && columns.length <= MOST_SIDE_BY_SIDE;
}

export const isBlank = (row: Row): boolean => Object.values(row).every(isEmpty);

/** A row with one of its cells changed: those that this hides are empty. */
export const withCell = (columns: Field[], row: Row, name: string, value: unknown): Row =>
  settled(columns, { ...row, [name]: value }).filled;

/** Rows as they are kept: those that say nothing are left out. */
export const written = (rows: readonly Row[]): Row[] => rows.filter((row) => !isBlank(row));

/** Rows after the cells of a spreadsheet were pasted at a place; null where what is pasted is one cell. */
export function pasted(
  columns: Field[],
  rows: readonly Row[],
  at: { row: number; column: number },
  text: string,
): Row[] | null {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const cells = lines.map((line) => line.split('\t'));
  if (cells.length === 1 && cells[0]!.length === 1) return null;
  const next = [...rows];
  cells.forEach((line, down) => {
    const row = { ...next[at.row + down] };
    line.forEach((cell, across) => {
      const column = columns[at.column + across];
      if (column) row[column.name] = isNumber(column) ? readNumber(cell) : cell;
    });
    next[at.row + down] = settled(columns, row).filled;
  });
  return next;
}

const isNumber = ({ kind }: Field): boolean => kind === 'number' || kind === 'whole';
