internal import CUTF8Proc

/// How many columns of a terminal a text takes.
///
/// Scalars count as `wcwidth` counts them (utf8proc's table: 2 for East Asian wide ones, 0 for marks), those of a cluster
/// together; a cluster that shows as one picture (joined, toned or with U+FE0F, flags) takes 2.
package enum TextWidth {
    private static let emojiPresentation: Unicode.Scalar = "\u{FE0F}"
    private static let zeroWidthJoiner: Unicode.Scalar = "\u{200D}"
    private static let regionalIndicators: ClosedRange<UInt32> = 0x1F1E6...0x1F1FF
    private static let emojiModifiers: ClosedRange<UInt32> = 0x1F3FB...0x1F3FF
    /// Vowels and final consonants of Hangul, which stand in the syllable that their first consonant opens.
    private static let conjoiningJamo: ClosedRange<UInt32> = 0x1160...0x11FF

    package static func columns(of character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii < 0x20 || ascii == 0x7F ? 0 : 1 }
        var sum = 0
        var isPicture = false
        for scalar in character.unicodeScalars {
            if scalar == emojiPresentation || scalar == zeroWidthJoiner && sum == 2
                || emojiModifiers.contains(scalar.value) && sum > 0 || regionalIndicators.contains(scalar.value)
            {
                isPicture = true
            }
            sum += columns(of: scalar)
        }
        return isPicture ? 2 : sum
    }

    package static func columns(of text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        conjoiningJamo.contains(scalar.value) ? 0 : max(0, Int(utf8proc_charwidth(Int32(scalar.value))))
    }
}
