import CUTF8Proc

/// Unicode normalisation in linear time, with the reference tokenizers' Unicode version.
///
/// utf8proc decomposes and composes; marks are ordered here, since its own ordering is quadratic in a run of marks.
/// Source: Unicode Standard Annex #15.
enum UnicodeNormalization: Sendable {
    case nfc, nfd, nfkc, nfkd

    private var isCompatible: Bool { self == .nfkc || self == .nfkd }
    private var composes: Bool { self == .nfc || self == .nfkc }

    func apply(to bytes: inout [UInt8]) {
        guard !isSurelyNormalized(bytes) else { return }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 8)
        var run = DecomposedRun()
        var position = 0
        while position < bytes.count {
            let scalar = UTF8Text.scalar(in: bytes, at: &position)
            if Self.isUnknownToReference(scalar) {
                run.flush(into: &result, composing: composes)
                UTF8Text.append(scalar, to: &result)
            } else {
                run.append(scalar, compatible: isCompatible)
            }
        }
        run.flush(into: &result, composing: composes)
        bytes = result
    }

    /// Whether only characters occur that every text in this form may contain anywhere.
    private func isSurelyNormalized(_ bytes: [UInt8]) -> Bool {
        guard self == .nfc else { return bytes.allSatisfy { $0 < 0x80 } }
        var position = 0
        while position < bytes.count {
            if bytes[position] < 0xCC {
                position += 1
                continue
            }
            switch UTF8Text.scalar(in: bytes, at: &position) {
            case ..<0x300, 0x3400..<0xA000, 0xAC00..<0xD7A4, 0xFF00..<0xFFF0: continue
            default: return false
            }
        }
        return true
    }

    private static func isUnknownToReference(_ scalar: UInt32) -> Bool {
        let ranges = ReferenceUnicode.unknownToNormalization
        guard scalar >= ranges[0].lowerBound else { return false }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }
}

/// Decomposed code points, the marks behind each starter in canonical order.
private struct DecomposedRun {
    private var codepoints: [Int32] = []
    /// Marks since the last starter: class in the upper half, place of arrival in the lower.
    private var markOrder: [UInt64] = []
    private var marks: [Int32] = []
    private var decomposition = [Int32](repeating: 0, count: 18)

    mutating func append(_ scalar: UInt32, compatible: Bool) {
        let count = cutf8proc_decompose(Int32(scalar), compatible, &decomposition, decomposition.count)
        for index in 0..<max(count, 0) {
            let codepoint = decomposition[index]
            let combiningClass = cutf8proc_combining_class(codepoint)
            if combiningClass == 0 {
                orderMarks()
                codepoints.append(codepoint)
            } else {
                markOrder.append(UInt64(combiningClass) << 32 | UInt64(marks.count))
                marks.append(codepoint)
            }
        }
    }

    private mutating func orderMarks() {
        guard !marks.isEmpty else { return }
        if marks.count > 1 { markOrder.sort() }
        for key in markOrder { codepoints.append(marks[Int(key & 0xFFFF_FFFF)]) }
        marks.removeAll(keepingCapacity: true)
        markOrder.removeAll(keepingCapacity: true)
    }

    mutating func flush(into result: inout [UInt8], composing: Bool) {
        orderMarks()
        var count = codepoints.count
        if composing { count = cutf8proc_compose(&codepoints, count) }
        for index in 0..<count { UTF8Text.append(UInt32(codepoints[index]), to: &result) }
        codepoints.removeAll(keepingCapacity: true)
    }
}
