/// The Unicode sets that Oniguruma's escapes and property names stand for, as PCRE2 class items.
///
/// Source: Oniguruma 6.9's doc/RE and its property names; verified over all code points.
enum UnicodeProperty {
    static let whitespace =
        #"\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"#
    static let hexadecimal = "0-9a-fA-F"
    static let digit = category("Nd")
    static let word = property("Alphabetic") + category("M") + digit + category("Pc")
    /// What `\w` stands for outside of brackets, where Oniguruma counts six Latin-1 numbers too.
    static let wordOutsideClass = word + #"\x{b2}\x{b3}\x{b9}\x{bc}-\x{be}"#
    /// `[:punct:]`, which unlike `\p{Punct}` has the symbols too.
    static let bracketPunctuation = category("P") + category("S")

    private static let longCategoryNames = [
        "letter": "L", "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt",
        "casedletter": "LC", "modifierletter": "Lm", "otherletter": "Lo", "mark": "M", "nonspacingmark": "Mn",
        "spacingmark": "Mc", "enclosingmark": "Me", "number": "N", "decimalnumber": "Nd", "letternumber": "Nl",
        "othernumber": "No", "punctuation": "P", "connectorpunctuation": "Pc", "dashpunctuation": "Pd",
        "openpunctuation": "Ps", "closepunctuation": "Pe", "initialpunctuation": "Pi", "finalpunctuation": "Pf",
        "otherpunctuation": "Po", "symbol": "S", "mathsymbol": "Sm", "currencysymbol": "Sc", "modifiersymbol": "Sk",
        "othersymbol": "So", "separator": "Z", "spaceseparator": "Zs", "lineseparator": "Zl",
        "paragraphseparator": "Zp", "control": "Cc", "format": "Cf", "privateuse": "Co", "other": "C",
        "unassigned": "Cn",
    ]

    private static let categories = [
        "l", "lu", "ll", "lt", "lm", "lo", "lc", "m", "mn", "mc", "me", "n", "nd", "nl", "no", "p", "pc", "pd", "ps",
        "pe", "pi", "pf", "po", "s", "sm", "sc", "sk", "so", "z", "zs", "zl", "zp", "cc", "cf", "co",
    ]

    /// The set of a property name as in `\p{name}` or `[:name:]`; nil for a name that is not known.
    static func named(_ name: String) -> CharacterSetExpression? {
        var key = name.filter { $0 != " " && $0 != "_" && $0 != "-" }.lowercased()
        key = longCategoryNames[key]?.lowercased() ?? key
        if categories.contains(key) {
            return CharacterSetExpression(items: category(key == "lc" ? "LC" : key.capitalizedASCII))
        }
        return switch key {
        case "c": CharacterSetExpression(complements: [assigned])
        case "cn": CharacterSetExpression(complements: [assigned + category("Cc") + category("Cf") + category("Co")])
        case "any": CharacterSetExpression(items: #"\x{0}-\x{10ffff}"#)
        case "alpha", "alphabetic": CharacterSetExpression(items: property("Alphabetic"))
        case "lower", "lowercase": CharacterSetExpression(items: property("Lowercase"))
        case "upper", "uppercase": CharacterSetExpression(items: property("Uppercase"))
        case "alnum": CharacterSetExpression(items: property("Alphabetic") + digit)
        case "digit": CharacterSetExpression(items: digit)
        case "space", "whitespace": CharacterSetExpression(items: whitespace)
        case "blank": CharacterSetExpression(items: #"\p{Zs}\x{9}"#)
        case "cntrl": CharacterSetExpression(items: category("Cc"))
        case "punct": CharacterSetExpression(items: category("P"))
        case "word": CharacterSetExpression(items: word)
        case "xdigit": CharacterSetExpression(items: hexadecimal)
        case "ascii": CharacterSetExpression(items: #"\x{0}-\x{7f}"#)
        default: script(key)
        }
    }

    /// Whether case-insensitive matching widens the set in Oniguruma but not in PCRE2.
    static func dependsOnCase(_ name: String) -> Bool {
        let key = name.filter { $0 != " " && $0 != "_" && $0 != "-" }.lowercased()
        return [
            "lu", "ll", "lt", "upper", "lower", "uppercase", "lowercase", "uppercaseletter", "lowercaseletter",
            "titlecaseletter",
        ].contains(key)
    }

    private static let assigned = ["L", "M", "N", "P", "S", "Z"].map(category).joined()

    /// A general category: of one letter, of two, or `LC` (cased letters).
    static func category(_ name: String) -> String {
        let added = UnicodeAdditions.categories
            .filter { name == "LC" ? ["Lu", "Ll", "Lt"].contains($0.key) : $0.key.hasPrefix(name) }
            .sorted { $0.key < $1.key }
            .flatMap(\.value)
        let items = name == "LC" ? #"\p{Lu}\p{Ll}\p{Lt}"# : #"\p{\#(name)}"#
        return items + added.map(CharacterSetExpression.escape).joined()
    }

    static func property(_ name: String) -> String {
        #"\p{\#(name)}"# + (UnicodeAdditions.properties[name] ?? []).map(CharacterSetExpression.escape).joined()
    }

    private static func script(_ key: String) -> CharacterSetExpression? {
        guard let (name, added) = UnicodeAdditions.scripts.first(where: { $0.key.lowercased() == key }) else {
            return nil
        }
        return CharacterSetExpression(items: #"\p{sc:\#(name)}"# + added.map(CharacterSetExpression.escape).joined())
    }
}

extension String {
    fileprivate var capitalizedASCII: String {
        prefix(1).uppercased() + dropFirst()
    }
}
