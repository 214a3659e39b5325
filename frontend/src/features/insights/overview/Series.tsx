import { useTranslation } from "react-i18next";
import {
  Area,
  AreaChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { Day, Usage } from "@/api";
import { useFormat } from "@/shared/format";
import { ChartCard, type DataColumn } from "../parts/ChartCard";

const INK = "var(--ink-muted)";
const axis = { stroke: INK, tick: { fill: INK, fontSize: 12 }, tickLine: false } as const;
const tooltip = {
  contentStyle: { background: "var(--raised)", border: "1px solid var(--line)", borderRadius: 8 },
  labelStyle: { color: "var(--ink)" },
} as const;

export default function Series({ usage }: { usage: Usage }) {
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <Tokens days={usage.days} />
      <Latency days={usage.days} />
    </div>
  );
}

function useDayLabel(): (day: string) => string {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language === "hi" ? "hi-IN" : "en-IN", {
    day: "numeric",
    month: "short",
    timeZone: "UTC", // a day of the report is a name, not a moment
  });
  return (day) => format.format(new Date(`${day}T00:00:00Z`));
}

function Tokens({ days }: { days: Day[] }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const label = useDayLabel();
  const columns: DataColumn<Day>[] = [
    {
      key: "day",
      header: t("columns.day"),
      rowHeader: true,
      value: (day) => day.day,
      shown: (day) => label(day.day),
    },
    count("turns", t("columns.turns"), number),
    count("prompt", t("columns.prompt"), number),
    count("always_fetch_prompt", t("columns.always"), number),
    count("saved", t("columns.saved"), number),
    count("fetched", t("columns.fetched"), number),
    count("handed_off", t("columns.handedOff"), number),
    count("up", t("columns.up"), number),
    count("down", t("columns.down"), number),
  ];
  const saved = days.reduce((sum, day) => sum + day.saved, 0);
  const sent = days.reduce((sum, day) => sum + day.prompt, 0);
  return (
    <ChartCard
      title={t("series.tokens")}
      summary={t("series.tokensText", { sent: number(sent), saved: number(saved) })}
      file="tokens-by-day.csv"
      columns={columns}
      rows={days}
      rowKey={(day) => day.day}
      chart={
        <ResponsiveContainer>
          <AreaChart data={days} margin={{ left: 8, right: 8, top: 8 }} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis dataKey="day" tickFormatter={label} minTickGap={24} {...axis} />
            <YAxis
              tickFormatter={(value: number) => number(value, { notation: "compact" })}
              width={56}
              {...axis}
            />
            <Tooltip
              {...tooltip}
              labelFormatter={(day) => label(String(day))}
              formatter={(value) => number(Number(value))}
            />
            <Legend />
            <Area
              dataKey="always_fetch_prompt"
              name={t("columns.always")}
              stroke="var(--warn)"
              strokeDasharray="5 4"
              fill="var(--warn)"
              fillOpacity={0.1}
              isAnimationActive={false}
            />
            <Area
              dataKey="prompt"
              name={t("columns.prompt")}
              stroke="var(--accent)"
              strokeWidth={2}
              fill="var(--accent)"
              fillOpacity={0.35}
              isAnimationActive={false}
            />
          </AreaChart>
        </ResponsiveContainer>
      }
    />
  );
}

function Latency({ days }: { days: Day[] }) {
  const { t } = useTranslation("insights");
  const { number } = useFormat();
  const label = useDayLabel();
  const ms = (value: number | null) => (value === null ? "" : number(value, { maximumFractionDigits: 1 }));
  const columns: DataColumn<Day>[] = [
    {
      key: "day",
      header: t("columns.day"),
      rowHeader: true,
      value: (day) => day.day,
      shown: (day) => label(day.day),
    },
    {
      key: "p50",
      header: t("columns.p50"),
      numeric: true,
      value: (day) => day.p50_ms,
      shown: (day) => ms(day.p50_ms),
    },
    {
      key: "p95",
      header: t("columns.p95"),
      numeric: true,
      value: (day) => day.p95_ms,
      shown: (day) => ms(day.p95_ms),
    },
  ];
  const slowest = Math.max(0, ...days.map((day) => day.p95_ms ?? 0));
  return (
    <ChartCard
      title={t("series.latency")}
      summary={t("series.latencyText", { p95: ms(slowest) })}
      file="latency-by-day.csv"
      columns={columns}
      rows={days}
      rowKey={(day) => day.day}
      chart={
        <ResponsiveContainer>
          <LineChart data={days} margin={{ left: 8, right: 8, top: 8 }} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis dataKey="day" tickFormatter={label} minTickGap={24} {...axis} />
            <YAxis unit=" ms" width={72} {...axis} />
            <Tooltip
              {...tooltip}
              labelFormatter={(day) => label(String(day))}
              formatter={(value) => `${ms(Number(value))} ms`}
            />
            <Legend />
            <Line
              dataKey="p50_ms"
              name={t("columns.p50")}
              stroke="var(--accent)"
              strokeWidth={2}
              isAnimationActive={false}
            />
            <Line
              dataKey="p95_ms"
              name={t("columns.p95")}
              stroke="var(--warn)"
              strokeWidth={2}
              strokeDasharray="5 4"
              isAnimationActive={false}
            />
          </LineChart>
        </ResponsiveContainer>
      }
    />
  );
}

type Counted =
  | "turns"
  | "prompt"
  | "always_fetch_prompt"
  | "saved"
  | "fetched"
  | "handed_off"
  | "up"
  | "down";

function count(key: Counted, header: string, number: (value: number) => string): DataColumn<Day> {
  return { key, header, numeric: true, value: (day) => day[key], shown: (day) => number(day[key]) };
}
