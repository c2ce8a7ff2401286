/** Browsers draw no element that is higher than some 17 million pixels; above this the scroll bar stands for places in proportion. */
export const HEIGHT_MOST = 4_000_000;

/**
 * Scrolling through more rows than an element can be high. What is scrolled by hand moves pixel by pixel; what is dragged far goes to the place in
 * proportion. `offset` is what lies between the place in the element and the place among the rows.
 */
export class Scroller {
  offset = 0;
  private last = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly rowHeight: number,
    private count: number,
    /** What of the element's height is not of rows: the heads. */
    private readonly heads: number,
  ) {}

  get view(): number {
    return Math.max(this.rowHeight, this.element.clientHeight - this.heads);
  }
  /** Where among the rows the view begins, in pixels. */
  get top(): number {
    return Math.min(Math.max(0, this.element.scrollTop + this.offset), this.topMost);
  }

  setCount(count: number): void {
    this.count = count;
    if (this.topMost <= this.realMost) this.offset = 0;
  }

  /** The element was scrolled. */
  scrolled(): void {
    const now = this.element.scrollTop;
    const far = Math.abs(now - this.last) > 3 * this.view;
    this.last = now;
    if (this.topMost <= this.realMost) {
      this.offset = 0;
    } else if (far) {
      this.offset = (now / this.realMost) * this.topMost - now;
    } else {
      this.settle();
    }
  }

  /** Goes to a place among the rows. */
  goTo(top: number): void {
    const place = Math.min(Math.max(0, top), this.topMost);
    const real = place - this.offset;
    if (this.topMost <= this.realMost) {
      this.offset = 0;
      this.element.scrollTop = place;
    } else if (real < 0 || real > this.realMost || Math.abs(place - this.top) > 3 * this.view) {
      this.put(place);
    } else {
      this.element.scrollTop = real;
      this.settle();
    }
    this.last = this.element.scrollTop;
  }

  private get topMost(): number {
    return Math.max(0, this.count * this.rowHeight - this.view);
  }
  private get realMost(): number {
    return Math.max(0, Math.min(this.count * this.rowHeight, HEIGHT_MOST) - this.view);
  }

  /** Whoever scrolls on by hand must not meet the end of the element before that of the rows, nor the other way round. */
  private settle(): void {
    const real = this.element.scrollTop;
    const place = real + this.offset;
    const above = real < this.view && place > real + 1;
    const below = this.realMost - real < this.view && this.topMost - place > this.realMost - real + 1;
    if (above || below || place < 0 || place > this.topMost) this.put(this.top);
  }

  private put(place: number): void {
    this.element.scrollTop = Math.round(this.realOf(place));
    this.offset = place - this.element.scrollTop;
    this.last = this.element.scrollTop;
  }

  /** In proportion, but near both ends pixel by pixel. */
  private realOf(place: number): number {
    const margin = 4 * this.view;
    if (place < margin) return place;
    if (this.topMost - place < margin) return this.realMost - (this.topMost - place);
    return Math.min(Math.max(margin, (place / this.topMost) * this.realMost), this.realMost - margin);
  }
}
