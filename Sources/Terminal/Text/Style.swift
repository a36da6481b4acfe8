/// How a piece of text looks. Colours are the terminal's own sixteen, so that its theme decides.
package struct Style: Hashable, Sendable {
    package enum Colour: Int, Sendable {
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case magenta = 35
        case cyan = 36
    }

    package var colour: Colour?
    package var isBold = false
    package var isDim = false
    package var isItalic = false
    package var isUnderlined = false
    package var isStruck = false

    package init(
        colour: Colour? = nil, bold: Bool = false, dim: Bool = false, italic: Bool = false, underlined: Bool = false
    ) {
        self.colour = colour
        isBold = bold
        isDim = dim
        isItalic = italic
        isUnderlined = underlined
    }

    package static let plain = Style()
    package static let dim = Style(dim: true)
    package static let bold = Style(bold: true)

    /// This style with what another one adds.
    package func adding(_ other: Style) -> Style {
        var result = self
        result.colour = other.colour ?? colour
        result.isBold = isBold || other.isBold
        result.isDim = isDim || other.isDim
        result.isItalic = isItalic || other.isItalic
        result.isUnderlined = isUnderlined || other.isUnderlined
        result.isStruck = isStruck || other.isStruck
        return result
    }

    /// Select Graphic Rendition (ECMA-48, 8.3.117) from any other style to this one.
    var selection: String {
        var codes = ["0"]
        if isBold { codes.append("1") }
        if isDim { codes.append("2") }
        if isItalic { codes.append("3") }
        if isUnderlined { codes.append("4") }
        if isStruck { codes.append("9") }
        if let colour { codes.append(String(colour.rawValue)) }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}
