// Block Kit. What is read is drawn by slack-blocks-to-jsx; what is touched is drawn here, since the
// library has no way to hear of a press.

import { memo, useEffect, useId, useMemo, useState, type ReactNode } from "react";
import { Message as Drawn, type Block as LibraryBlock } from "slack-blocks-to-jsx";
import { fileUrl } from "./api";
import { Chart } from "./chart";
import { DataTable } from "./datatable";
import { permalink, useDesk } from "./desk";
import { Touch } from "./elements";
import { Field } from "./fields";
import type { Block, Cell, Element } from "./types";

const READ_ONLY = new Set(["image"]);

export interface Holder {
  /** A message's ts or a view's id: where an act takes place. */
  where: string;
}

export function Blocks({ blocks, where }: { blocks: Block[]; where: string }) {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        <One key={block.block_id ?? index} block={block} where={where} />
      ))}
    </div>
  );
}

function One({ block, where }: { block: Block } & Holder): ReactNode {
  switch (block.type) {
    case "actions":
      return <Actions block={block} where={where} />;
    case "input":
      return <Field block={block} where={where} />;
    case "container":
      return <Container block={block} where={where} />;
    case "data_visualization":
      return block.chart?.series ? <Chart block={block} chart={block.chart} /> : <Read block={block} />;
    case "data_table":
      return <DataTable block={block} />;
    case "image":
      return block.slack_file ? <Picture block={block} /> : <Read block={block} />;
    case "table":
      return (
        <div className="scroller" role="group" aria-label="Table" tabIndex={0}>
          <Read block={tableForLibrary(block)} />
        </div>
      );
    case "section":
      return <Section block={block} where={where} />;
    default:
      return <Read block={block} />;
  }
}

function Section({ block, where }: { block: Block } & Holder) {
  const accessory = block.accessory;
  if (!accessory || READ_ONLY.has(accessory.type)) return <Read block={block} />;
  const { accessory: _, ...words } = block;
  return (
    <div className="section-with">
      <div className="section-words">
        <Read block={words} />
      </div>
      <Touch element={accessory} block={block} where={where} />
    </div>
  );
}

function Actions({ block, where }: { block: Block } & Holder) {
  return (
    <div className="actions" role="group">
      {(block.elements ?? []).map((element: Element, index) => (
        <Touch key={element.action_id ?? index} element={element} block={block} where={where} />
      ))}
    </div>
  );
}

function Container({ block, where }: { block: Block } & Holder) {
  const title = typeof block.title === "string" ? block.title : (block.title?.text ?? "");
  const inside = <Blocks blocks={block.child_blocks ?? []} where={where} />;
  const head = (
    <>
      <strong>{title}</strong>
      {block.subtitle && <span className="quiet"> {block.subtitle.text}</span>}
    </>
  );
  if (!block.is_collapsible) {
    return (
      <section className="container" aria-label={title}>
        {title && <div className="container-head">{head}</div>}
        {inside}
      </section>
    );
  }
  return (
    <details className="container" open={!block.default_collapsed}>
      <summary className="container-head">{head}</summary>
      {inside}
    </details>
  );
}

function Picture({ block }: { block: Block }) {
  const id = block.slack_file?.id ?? /F[A-Z0-9]{8,}/.exec(block.slack_file?.url ?? "")?.[0] ?? "";
  const url = useFile(id);
  const name = useId();
  const title = typeof block.title === "string" ? block.title : block.title?.text;
  return (
    <figure className="picture" aria-labelledby={title ? name : undefined}>
      {title && <figcaption id={name}>{title}</figcaption>}
      {url ? <img src={url} alt={block.alt_text ?? ""} /> : <span className="picture-wait" />}
    </figure>
  );
}

export function useFile(id: string): string {
  const [url, setUrl] = useState("");
  useEffect(() => {
    let here = true;
    if (id) fileUrl(id).then((found) => here && setUrl(found), () => undefined);
    return () => {
      here = false;
    };
  }, [id]);
  return url;
}

/** A block that is only read, as the library draws it. */
export function Read({ block }: { block: Block }) {
  const { state, theme, go } = useDesk();
  return useMemo(
    () => (
      <Plain
        json={JSON.stringify(block)}
        theme={theme}
        people={state.people.map((one) => `${one.id} ${one.real_name}`).join("\n")}
        channels={state.channels.map((one) => `${one.id} ${one.name ?? ""}`).join("\n")}
        go={go}
      />
    ),
    [block, theme, state.people, state.channels, go],
  );
}

interface PlainProps {
  json: string;
  theme: "light" | "dark";
  people: string;
  channels: string;
  go: (channel: string, ts?: string) => void;
}

/** The library takes verbatim for “no markup at all”; Slack only stops making links of bare names. */
function parsed(key: string, value: unknown): unknown {
  return key === "verbatim" ? undefined : value;
}

const Plain = memo(function Plain({ json, theme, people, channels, go }: PlainProps) {
  const named = (lines: string) =>
    lines
      .split("\n")
      .filter(Boolean)
      .map((line) => ({ id: line.slice(0, line.indexOf(" ")), name: line.slice(line.indexOf(" ") + 1) }));
  return (
    <Drawn
      withoutWrapper
      name=""
      logo=""
      theme={theme}
      blocks={[JSON.parse(json, parsed) as LibraryBlock]}
      data={{ users: named(people), channels: named(channels) }}
      hooks={{
        user: ({ id, name }) => <span className="mention">@{name || id}</span>,
        channel: ({ id, name }) => (
          <button type="button" className="mention" onClick={() => go(id)}>
            #{name || id}
          </button>
        ),
        link: ({ href, children }) => <Link href={href}>{children}</Link>,
      }}
    />
  );
});

export function Link({ href, children }: { href: string; children: ReactNode }) {
  const { go } = useDesk();
  const inside = permalink(href);
  // The library makes a link of anything with a scheme; Slack only of what can be opened.
  if (!/^(https?|mailto):/.test(href)) return <>{children}</>;
  const follow = (event: React.MouseEvent) => {
    if (!inside) return;
    event.preventDefault();
    go(inside.channel, inside.ts);
  };
  return (
    <a href={href} target="_blank" rel="noreferrer" onClick={follow}>
      {children}
    </a>
  );
}

/** The library draws the text of a cell; a number's own text is what a person reads. */
function tableForLibrary(block: Block): Block {
  const cell = (one: Cell): Cell =>
    one.type === "raw_number" ? { type: "raw_text", text: one.text ?? String(one.value ?? "") } : one;
  return { ...block, rows: (block.rows ?? []).map((row) => row.map(cell)) };
}
