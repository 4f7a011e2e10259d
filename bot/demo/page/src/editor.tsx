// rich_text_input: a small editor for what Slack's own knows.

import { useEffect, useRef, useState } from "react";
import { Link as Chain, List, Numbers } from "./icons";
import { read, write } from "./richtext";
import type { RichText } from "./types";

interface Props {
  label: string;
  placeholder: string;
  start: RichText | null;
  onWrite: (value: RichText | "") => void;
  attributes: React.HTMLAttributes<HTMLDivElement>;
}

// The browser's own editing commands: deprecated in name, in every browser, and they undo.
const command = (name: string, value?: string) => document.execCommand(name, false, value);

export function Editor({ label, placeholder, start, onWrite, attributes }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [empty, setEmpty] = useState(!start);
  const [asking, setAsking] = useState<Range | null>(null);
  useEffect(() => {
    if (box.current && start && box.current.childNodes.length === 0) write(box.current, start);
    command("styleWithCSS", "false");
    // What it held at the beginning is put in once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const told = () => {
    if (!box.current) return;
    const value = read(box.current);
    setEmpty(box.current.textContent === "" && !box.current.querySelector("li"));
    onWrite(value ?? "");
  };
  const run = (name: string) => {
    box.current?.focus();
    if (name === "code") code();
    else command(name);
    told();
  };
  const link = (address: string) => {
    const where = asking;
    setAsking(null);
    if (!where || !box.current) return;
    box.current.focus();
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(where);
    const url = /^[a-z]+:/i.test(address) ? address : `https://${address}`;
    if (!address) return;
    if (where.collapsed) command("insertText", address);
    if (where.collapsed) getSelection()?.modify("extend", "backward", "word");
    command("createLink", url);
    getSelection()?.collapseToEnd();
    told();
  };
  const tool = (name: string, words: string, face: React.ReactNode) => (
    <button
      type="button"
      className="icon"
      aria-label={words}
      title={words}
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => run(name)}
    >
      {face}
    </button>
  );
  return (
    <span className="field-control editor">
      <span className="editor-tools" role="toolbar" aria-label={`Formatting of ${label}`}>
        {tool("bold", "Bold", <b>B</b>)}
        {tool("italic", "Italic", <i>I</i>)}
        {tool("strikeThrough", "Strikethrough", <s>S</s>)}
        {tool("code", "Code", <code>{"<>"}</code>)}
        <button
          type="button"
          className="icon"
          aria-label="Link"
          title="Link"
          aria-expanded={asking !== null}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => setAsking(asking ? null : range(box.current))}
        >
          <Chain />
        </button>
        {tool("insertUnorderedList", "Bulleted list", <List />)}
        {tool("insertOrderedList", "Numbered list", <Numbers />)}
      </span>
      {asking && <Address onDone={link} />}
      <div
        {...attributes}
        ref={box}
        className={empty ? "editor-text bare" : "editor-text"}
        role="textbox"
        aria-multiline="true"
        aria-label={label}
        data-placeholder={placeholder}
        contentEditable
        suppressContentEditableWarning
        onInput={told}
        onPaste={(event) => {
          event.preventDefault();
          command("insertText", event.clipboardData.getData("text/plain"));
        }}
      />
    </span>
  );
}

function Address({ onDone }: { onDone: (address: string) => void }) {
  const [address, setAddress] = useState("");
  return (
    <span className="editor-link">
      <input
        className="field-control"
        type="url"
        aria-label="Address of the link"
        placeholder="https://…"
        autoFocus
        value={address}
        onChange={(event) => setAddress(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          onDone(event.key === "Enter" ? address.trim() : "");
        }}
      />
      <button type="button" className="button small" onClick={() => onDone(address.trim())}>
        Link it
      </button>
    </span>
  );
}

/** Where the caret is in the editor, or its end. */
function range(box: HTMLElement | null): Range | null {
  if (!box) return null;
  const chosen = getSelection();
  if (chosen?.rangeCount && box.contains(chosen.anchorNode)) return chosen.getRangeAt(0).cloneRange();
  const end = document.createRange();
  end.selectNodeContents(box);
  end.collapse(false);
  return end;
}

/** There is no command for code: what is chosen is wrapped, or let out of its wrapping. */
function code(): void {
  const chosen = getSelection();
  const text = chosen?.toString() ?? "";
  if (!chosen || !text) return;
  const around = chosen.anchorNode?.parentElement?.closest("code");
  if (around && around.textContent === text) around.replaceWith(text);
  else {
    const made = document.createElement("code");
    made.textContent = text;
    const where = chosen.getRangeAt(0);
    where.deleteContents();
    where.insertNode(made);
    chosen.setPosition(made.nextSibling ?? made, 0);
    if (!made.nextSibling) {
      const after = document.createTextNode("\u200b");
      made.after(after);
      chosen.setPosition(after, 1);
    }
  }
}
