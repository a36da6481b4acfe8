/// What one rendering may use, so that a hostile template can neither hang the server nor exhaust its memory.
package struct RenderingLimits: Sendable {
    /// Evaluations, and looking at 64 bytes counting as one.
    package var steps: Int
    /// Bytes of all values made, also of those that are gone again.
    package var bytes: Int
    /// Bytes of text written.
    package var output: Int

    package init(steps: Int, bytes: Int, output: Int) {
        self.steps = steps
        self.bytes = bytes
        self.output = output
    }

    /// Grows with the size of the template and of what it renders, in bytes, since honest templates copy that.
    package static func standard(forInputOf size: Int) -> RenderingLimits {
        RenderingLimits(steps: 1_000_000 + 4 * size, bytes: 64 << 20 + 32 * size, output: 8 << 20 + 8 * size)
    }
}
