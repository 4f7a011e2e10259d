// The page's own small drawings, in the colour of the words around them.

function Drawing({ path, size = 16 }: { path: string; size?: number }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={path} />
    </svg>
  );
}

export const Link = () => (
  <Drawing path="M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1" />
);
export const List = () => <Drawing path="M8 5h9M8 10h9M8 15h9M3.5 5h.01M3.5 10h.01M3.5 15h.01" />;
export const Numbers = () => <Drawing path="M8.5 5h8.5M8.5 10h8.5M8.5 15h8.5M3 3.5l1.2-.5v4M2.8 12.6c1.8-1.4 2.4 0 .2 2.4h2" />;
export const Bubble = () => (
  <Drawing path="M4 4.5h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H9l-4 3v-3H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z" />
);
export const Bolt = () => <Drawing path="M11 2.5 4.5 11.2H9.5L8.8 17.5 15.5 8.8H10.5Z" />;
export const Sheet = () => <Drawing size={24} path="M5 2.5h6.5L16 7v10.5H5Z M11.5 2.5V7H16 M7.5 10.5h6 M7.5 13.5h6" />;
export const Up = () => <Drawing path="M10 13.5V3.5M6 7l4-4 4 4M3.5 13.5v2a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-2" />;
