import CKernels

/// Loops over a row of logits.
package enum Logits {
    /// The first token with the largest logit; nil unless that is finite and no logit is NaN.
    package static func mostLikely(_ logits: Span<Float>) -> Int? {
        let token = logits.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { ck_most_likely($0, buffer.count) } ?? 0
        }
        return token < logits.count && logits[token].isFinite ? token : nil
    }

    /// The first token from `start` on with a logit above `threshold`.
    package static func next(in logits: Span<Float>, from start: Int, above threshold: Float) -> Int? {
        let token = logits.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { ck_next_above($0, start, buffer.count, threshold) } ?? 0
        }
        return token < logits.count ? token : nil
    }

    /// The logarithm of the sum of all exponentials.
    package static func logSumOfExponentials(_ logits: Span<Float>) -> Double {
        logits.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { ck_kernels_best().pointee.log_sum_exp($0, buffer.count) } ?? -.infinity
        }
    }

    /// Makes the logits of all tokens but those of a set -infinity: token t is bit t mod 32 of word t / 32.
    package static func keep(_ words: [UInt32], of logits: inout [Float]) {
        ck_keep(&logits, logits.count, words, words.count)
    }

    /// Makes `weights` exp((logit - maximum) * scale) of each logit.
    package static func weigh(_ logits: Span<Float>, maximum: Float, scale: Float, into weights: inout [Float]) {
        if weights.count != logits.count { weights = Array(repeating: 0, count: logits.count) }
        logits.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            ck_weigh(base, buffer.count, maximum, scale, &weights)
        }
    }
}
