/// The weights of one gated feed-forward network: `down(silu(gate(x)) * up(x))`.
package struct FeedForward: Sendable {
    package let gate: Matrix
    package let up: Matrix
    package let down: Matrix
    package let gateBias: Tensor?
    package let upBias: Tensor?
    package let downBias: Tensor?

    package init(
        gate: Matrix, up: Matrix, down: Matrix, gateBias: Tensor? = nil, upBias: Tensor? = nil,
        downBias: Tensor? = nil
    ) {
        precondition(gate.outputs == down.inputs && up.outputs == down.inputs, "a feed-forward network's widths")
        self.gate = gate
        self.up = up
        self.down = down
        self.gateBias = gateBias
        self.upBias = upBias
        self.downBias = downBias
    }

    package var width: Int { down.inputs }
}
