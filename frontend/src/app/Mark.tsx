export function Mark() {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className="size-7 text-accent">
      <rect width="32" height="32" rx="7" fill="currentColor" />
      <g
        fill="none"
        className="stroke-accent-ink"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <path d="M9 9h14v10h-6l-5 5v-5H9z" />
        <path d="M13 14h6" />
      </g>
    </svg>
  );
}
