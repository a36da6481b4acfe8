// When a growing text is shown.

/**
 * Calls `work` in an animation frame after it was asked for, at most once a frame; where showing takes long, so seldom
 * that three quarters of the time are left for everything else.
 */
export class Pacer {
  #isAsked = false;
  #next = 0;

  constructor(work) {
    this.work = work;
  }

  ask() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const wait = this.#next - performance.now();
    if (wait > 8) setTimeout(() => requestAnimationFrame(() => this.#run()), wait);
    else requestAnimationFrame(() => this.#run());
  }

  #run() {
    this.#isAsked = false;
    const start = performance.now();
    this.work();
    // After layout and paint, which are part of the price.
    setTimeout(() => {
      const now = performance.now();
      this.#next = now + 3 * (now - start);
    });
  }
}
