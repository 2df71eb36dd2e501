import { createContext, runInContext } from 'node:vm';

/** What one canvas was asked to draw: how often each method of its context was called, and every text. */
export interface Canvas {
  readonly calls: Map<string, number>;
  readonly texts: string[];
}

/** One element of a page that was never laid out: enough for a plotting library, and for what this page's script asks. */
export interface FakeElement {
  readonly tag: string;
  readonly attributes: Map<string, string>;
  readonly dataset: Record<string, string>;
  readonly children: FakeElement[];
  textContent: string;
  canvas?: Canvas;
}

class Element implements FakeElement {
  readonly attributes = new Map<string, string>();
  readonly dataset: Record<string, string> = {};
  readonly children: Element[] = [];
  readonly style: Record<string, string> = {};
  readonly classes = new Set<string>();
  readonly classList = {
    add: (...names: string[]) => names.forEach((name) => void this.classes.add(name)),
    remove: (...names: string[]) => names.forEach((name) => void this.classes.delete(name)),
    contains: (name: string) => this.classes.has(name),
    toggle: (name: string) => this.classes.add(name),
  };
  readonly tag: string;
  textContent = '';
  canvas?: Canvas;
  width = 0;
  height = 0;
  readonly clientWidth = 800;
  readonly clientHeight = 300;
  parentNode: Element | null = null;
  inDetails = false;
  constructor(tag: string) {
    this.tag = tag;
  }
  get childNodes(): readonly Element[] {
    return this.children;
  }
  /** The text, where there is no element. */
  readonly text = { nodeValue: '' };
  get firstChild(): Element | { nodeValue: string } {
    return this.children[0] ?? this.text;
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
  insertBefore(child: Element): Element {
    child.parentNode = this;
    this.children.push(child);
    return child;
  }
  appendChild(child: Element): Element {
    return this.insertBefore(child);
  }
  remove(): void {}
  addEventListener(): void {}
  removeEventListener(): void {}
  getBoundingClientRect() {
    return { left: 0, top: 0, width: 800, height: 300, right: 800, bottom: 300 };
  }
  closest(name: string): Element | null {
    return name === 'details' && this.inDetails ? this : null;
  }
  getContext(): unknown {
    const canvas: Canvas = { calls: new Map(), texts: [] };
    this.canvas = canvas;
    const state: Record<string | symbol, unknown> = { canvas: this };
    return new Proxy(state, {
      get: (target, name) => {
        if (name === 'measureText') return (text: string) => ({ width: 7 * text.length });
        if (name in target) return target[name];
        return (...args: unknown[]) => {
          canvas.calls.set(String(name), (canvas.calls.get(String(name)) ?? 0) + 1);
          if (name === 'fillText') canvas.texts.push(String(args[0]));
        };
      },
    });
  }
}

/** Runs the scripts of a page on its own charts, and hands back the places of the charts and the root. Throws what a script throws. */
export async function runPage(html: string): Promise<{ readonly root: FakeElement; readonly places: readonly FakeElement[] }> {
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
  const report = new Element('script');
  report.textContent = /<script type="application\/json" id="report">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const places = [...html.matchAll(/data-chart="([^"]*)" data-title="([^"]*)"/g)].map(([, chart = '', title = '']) => {
    const place = new Element('div');
    Object.assign(place.dataset, { chart, title });
    return place;
  });
  const root = new Element('html');
  const document = Object.assign(new Element('document'), {
    documentElement: root,
    body: new Element('body'),
    createElement: (tag: string) => new Element(tag),
    getElementById: () => report,
    querySelectorAll: (wanted: string) => (wanted === '[data-chart]' ? places : []),
  });
  const window: Record<string, unknown> = {
    document,
    navigator: { language: 'en-US' },
    devicePixelRatio: 1,
    location: { hash: '' },
    HTMLElement: Element,
    Path2D: class {
      moveTo(): void {}
      lineTo(): void {}
      rect(): void {}
      arc(): void {}
      addPath(): void {}
      closePath(): void {}
      quadraticCurveTo(): void {}
      bezierCurveTo(): void {}
      roundRect(): void {}
      arcTo(): void {}
    },
    CustomEvent: class {},
    matchMedia: () => ({ addEventListener: () => undefined, removeEventListener: () => undefined }),
    getComputedStyle: () => ({ getPropertyValue: () => '#123456' }),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    dispatchEvent: () => true,
    queueMicrotask,
    Intl,
  };
  window['window'] = window;
  const context = createContext(window);
  for (const script of scripts) runInContext(script, context);
  // The library draws once the script that made the chart is done.
  await new Promise((resolve) => setImmediate(resolve));
  return { root, places };
}

/** The canvas within an element. */
export function canvasIn(element: FakeElement): Canvas | undefined {
  return element.canvas ?? element.children.map(canvasIn).find((found) => found !== undefined);
}
