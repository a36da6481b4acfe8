import Compute
import Engine
import FoundationEssentials
import Grammar
import Testing

/// Prints what a mask adds to a draw over a vocabulary of 151,936 tokens, where APUS_SPEED is set.
struct MaskedDrawTests {
    private static let count = 151_936

    @Test(.enabled(if: ProcessInfo.processInfo.environment["APUS_SPEED"] != nil))
    func `what a mask costs`() {
        let row = (0..<Self.count).map { Float(HashModel.mix(3, UInt64($0)) >> 40) * 0x1p-20 }
        var mask = TokenMask(size: Self.count)
        for token in 0..<Self.count where HashModel.mix(5, UInt64(token)) % 3 == 0 { mask.insert(Int32(token)) }
        var logits = row
        print("mask of \(mask.count) tokens: \(least { Logits.keep(mask.words, of: &logits) })")
        var scratch = SamplerScratch()
        var parameters = SamplingParameters()
        (parameters.temperature, parameters.topP) = (0.6, 0.95)
        var task = SampleTask(logitIndex: 0, position: 3, choice: 0, parameters: parameters)
        let free = least { _ = Sampler.sample(row.span, task, scratch: &scratch) }
        task.mask = mask
        let masked = least { _ = Sampler.sample(row.span, task, scratch: &scratch) }
        task.forced = 7
        let forced = least { _ = Sampler.sample(row.span, task, scratch: &scratch) }
        print("draw: free \(free), masked \(masked), forced \(forced)")
    }

    private func least(_ body: () -> Void) -> Duration {
        (0..<50).map { _ in ContinuousClock().measure(body) }.min() ?? .zero
    }
}
