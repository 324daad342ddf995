// The types that a dashboard's JSON is checked against: Grafana's own, with the members of enums taken as their texts,
// because that is what JSON holds.
import type { Dashboard, Panel, RowPanel } from "@grafana/schema";
import type { Dataquery as PrometheusDataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { dataquery as LokiDataquery } from "@grafana/grafana-foundation-sdk/loki";
import type { Options as BarGaugeOptions } from "./node_modules/@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/types.gen";
import type { Options as GaugeOptions } from "./node_modules/@grafana/schema/dist/types/raw/composable/gauge/panelcfg/x/types.gen";
import type { Options as HeatmapOptions } from "./node_modules/@grafana/schema/dist/types/raw/composable/heatmap/panelcfg/x/types.gen";
import type { Options as LogsOptions } from "./node_modules/@grafana/schema/dist/types/raw/composable/logs/panelcfg/x/types.gen";
import type { Options as StatOptions } from "./node_modules/@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/types.gen";
import type { Options as TimelineOptions, FieldConfig as TimelineField } from "./node_modules/@grafana/schema/dist/types/raw/composable/statetimeline/panelcfg/x/types.gen";
import type { Options as TableOptions, FieldConfig as TableField } from "./node_modules/@grafana/schema/dist/types/raw/composable/table/panelcfg/x/types.gen";
import type { Options as LinesOptions, FieldConfig as LinesField } from "./node_modules/@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/types.gen";

// The list of alerts is in none of Grafana's packages; these are the settings of its source.
type AlertListOptions = {
  alertInstanceLabelFilter: string;
  alertName: string;
  dashboardAlerts: boolean;
  groupBy: string[];
  groupMode: "default" | "custom";
  maxItems: number;
  sortOrder: 1 | 2 | 3 | 4 | 5;
  stateFilter: { error: boolean; firing: boolean; noData: boolean; normal: boolean; pending: boolean };
  viewMode: "list" | "stat";
};

type Plain<T> = unknown extends T ? T
  : T extends string ? `${T}`
  : T extends (infer Item)[] ? Plain<Item>[]
  : T extends object ? { [Key in keyof T]: Plain<T[Key]> }
  : T;

type Config = NonNullable<Panel["fieldConfig"]>;
type Field<Custom> = {
  defaults: Plain<Omit<Config["defaults"], "custom" | "thresholds">> & {
    custom?: Partial<Plain<Custom>>;
    // The lowest step has no value in JSON, which cannot hold minus infinity.
    thresholds?: { mode: "absolute" | "percentage"; steps: { color: string; value: number | null }[] };
  };
  overrides: Plain<Config["overrides"]>;
};
type Drawn<Kind extends string, Options, Custom = Record<string, never>> =
  Omit<Plain<Panel>, "options" | "fieldConfig" | "targets" | "type"> & {
    type: Kind;
    options: Partial<Plain<Options>>;
    fieldConfig?: Field<Custom>;
  };

// What a data source asks for an annotation with; the types know only its frame.
type Annotation = Plain<NonNullable<NonNullable<Dashboard["annotations"]>["list"]>[number]> & {
  expr?: string;
  step?: string;
  tagKeys?: string;
  target?: { expr: string; refId: string };
  textFormat?: string;
  titleFormat?: string;
};

export type Frame = Omit<Plain<Dashboard>, "panels" | "id" | "annotations"> & {
  id: null;
  annotations: { list: Annotation[] };
};
export type Row = Omit<Plain<RowPanel>, "panels"> & { panels: never[]; repeat?: string };
export type PrometheusQuery = Omit<Plain<PrometheusDataquery>, "_implementsDataqueryVariant">;
export type LokiQuery = Omit<Plain<LokiDataquery>, "_implementsDataqueryVariant">;
export type Panels = {
  alertlist: Drawn<"alertlist", AlertListOptions>;
  bargauge: Drawn<"bargauge", BarGaugeOptions>;
  gauge: Drawn<"gauge", GaugeOptions>;
  heatmap: Drawn<"heatmap", HeatmapOptions>;
  logs: Drawn<"logs", LogsOptions>;
  stat: Drawn<"stat", StatOptions>;
  "state-timeline": Drawn<"state-timeline", TimelineOptions, TimelineField>;
  table: Drawn<"table", TableOptions, TableField>;
  timeseries: Drawn<"timeseries", LinesOptions, LinesField>;
};
