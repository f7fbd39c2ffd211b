// The parts of ECharts that sharedict draws with: each one left out makes every chart page lighter.
import { BarChart, GraphChart, LineChart, MapChart, SankeyChart } from "echarts/charts";
import {
  AriaComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as core from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

core.use([
  AriaComponent,
  BarChart,
  GeoComponent,
  GraphChart,
  GridComponent,
  LegendComponent,
  LineChart,
  MapChart,
  MarkLineComponent,
  SVGRenderer,
  SankeyChart,
  TooltipComponent,
  VisualMapComponent,
]);

export const { getInstanceByDom, init, registerMap } = core;
