// Between what an editor holds and Block Kit's rich_text.

import type { RichText, RichNode, RichStyle } from "./types";

const TAGS: Record<string, keyof RichStyle> = {
  B: "bold",
  STRONG: "bold",
  I: "italic",
  EM: "italic",
  S: "strike",
  STRIKE: "strike",
  DEL: "strike",
  CODE: "code",
};
const LISTS: Record<string, "bullet" | "ordered"> = { UL: "bullet", OL: "ordered" };

/** What stands in the editor, or null where that is nothing. */
export function read(root: HTMLElement): RichText | null {
  const parts: RichNode[] = [];
  let line: RichNode[] = [];
  const end = () => {
    const last = line.at(-1);
    if (last?.type === "text" && last.text?.endsWith("\n")) last.text = last.text.slice(0, -1);
    const kept = line.filter((one) => one.type !== "text" || one.text !== "");
    if (kept.length > 0) parts.push({ type: "rich_text_section", elements: kept });
    line = [];
  };
  const walk = (box: Node) => {
    for (const node of box.childNodes) {
      const style = LISTS[node.nodeName];
      if (style) {
        end();
        parts.push(...lists(node as HTMLElement, style, 0));
      } else if (node instanceof HTMLElement && node.querySelector("ul, ol")) walk(node);
      else {
        line.push(...inline(node, {}));
        if (node.nodeName === "DIV" || node.nodeName === "P") add(line, "\n", {});
      }
    }
  };
  walk(root);
  end();
  return parts.some(tells) ? { type: "rich_text", elements: parts } : null;
}

function tells(node: RichNode): boolean {
  return node.text !== undefined ? node.text.trim() !== "" : node.url !== undefined || (node.elements ?? []).some(tells);
}

function lists(list: HTMLElement, style: "bullet" | "ordered", indent: number): RichNode[] {
  const told: RichNode[] = [];
  let items: RichNode[] = [];
  const end = () => {
    if (items.length > 0) told.push({ type: "rich_text_list", style, indent, elements: items });
    items = [];
  };
  for (const item of list.children) {
    const deeper = LISTS[item.nodeName];
    if (deeper) {
      end();
      told.push(...lists(item as HTMLElement, deeper, indent + 1));
    } else items.push({ type: "rich_text_section", elements: inline(item, {}) });
  }
  end();
  return told;
}

function inline(node: Node, style: RichStyle): RichNode[] {
  const told: RichNode[] = [];
  if (node.nodeType === Node.TEXT_NODE) add(told, plain(node.textContent ?? ""), style);
  else if (node.nodeName === "BR") add(told, "\n", {});
  else if (node.nodeName === "A") {
    const url = (node as HTMLAnchorElement).getAttribute("href") ?? "";
    told.push({ type: "link", url, text: node.textContent ?? url, ...styled(style) });
  } else {
    const tag = TAGS[node.nodeName];
    const inner = tag ? { ...style, [tag]: true } : style;
    for (const child of node.childNodes) told.push(...inline(child, inner));
  }
  return told;
}

/** Browsers keep blanks alive as no-break ones; the editor keeps a caret out of code with an empty one. */
const plain = (words: string) => words.replaceAll("\u00a0", " ").replaceAll("\u200b", "");

function add(line: RichNode[], text: string, style: RichStyle): void {
  if (text) line.push({ type: "text", text, ...styled(style) });
}

const styled = (style: RichStyle) => (Object.keys(style).length > 0 ? { style } : {});

/** Put a rich_text block into an empty editor. */
export function write(root: HTMLElement, value: RichText): void {
  for (const part of value.elements) {
    if (part.type === "rich_text_list") {
      const list = document.createElement(part.style === "ordered" ? "ol" : "ul");
      for (const item of part.elements ?? []) {
        const row = document.createElement("li");
        row.append(...(item.elements ?? []).map(drawn));
        list.append(row);
      }
      root.append(list);
    } else {
      const line = document.createElement("div");
      line.append(...(part.elements ?? []).map(drawn));
      root.append(line);
    }
  }
}

function drawn(node: RichNode): Node {
  let made: Node = document.createTextNode(node.text ?? node.url ?? "");
  if (node.type === "link") {
    const link = document.createElement("a");
    link.href = node.url ?? "";
    link.append(made);
    made = link;
  }
  const style = typeof node.style === "object" ? node.style : {};
  for (const [tag, name] of [["b", "bold"], ["i", "italic"], ["s", "strike"], ["code", "code"]] as const) {
    if (!style[name]) continue;
    const around = document.createElement(tag);
    around.append(made);
    made = around;
  }
  return made;
}
