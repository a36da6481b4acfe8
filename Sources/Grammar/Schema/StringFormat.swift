/// The values of `format` that an output can be held to, each as a regular expression.
///
/// Every text that matches is valid; the expressions of addresses leave out rare forms (quoted mailboxes, last labels of
/// hosts that begin with a digit, years before 1).
enum StringFormat {
    static func pattern(_ name: String) -> String? {
        switch name {
        case "date": date
        case "time": time
        case "date-time": date + "T" + time
        case "duration": duration
        case "uuid": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
        case "ipv4": ipv4
        case "ipv6": ipv6
        case "hostname", "idn-hostname": hostname
        case "email", "idn-email": "\(atom)(?:\\.\(atom)){0,2}@\(hostname)"
        case "uri", "iri": uri
        case "json-pointer": "(?:/(?:[^/~]|~[01])*)*"
        case "byte": "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
        default: nil
        }
    }

    /// Formats that say how a value is shown or stored, not what it may be.
    static let annotations: Set<String> = ["binary", "password", "float", "double"]

    private static let date: String = {
        let year = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
        let fourth = "(?:0[48]|[2468][048]|[13579][26])"
        let long = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
        let short = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
        let february = "02-(?:0[1-9]|1[0-9]|2[0-8])"
        return "(?:\(year)-(?:\(long)|\(short)|\(february))|(?:[0-9]{2}\(fourth)|\(fourth)00)-02-29)"
    }()

    private static let time: String = {
        let hour = "(?:[01][0-9]|2[0-3])"
        return "\(hour):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-]\(hour):[0-5][0-9])"
    }()

    /// RFC 3339, appendix A.
    private static let duration: String = {
        let number = "[0-9]{1,9}"
        let minutes = "\(number)M(?:\(number)S)?"
        let time = "T(?:\(number)H(?:\(minutes))?|\(minutes)|\(number)S)"
        let months = "\(number)M(?:\(number)D)?"
        let date = "(?:\(number)D|\(months)|\(number)Y(?:\(months))?)"
        return "P(?:\(date)(?:\(time))?|\(time)|\(number)W)"
    }()

    private static let ipv4 = "(?:\(octet)\\.){3}\(octet)"
    private static let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"

    /// RFC 3986, section 3.2.2.
    private static let ipv6: String = {
        let group = "[0-9a-fA-F]{1,4}"
        let last = "(?:\(group):\(group)|\(ipv4))"
        var forms = ["(?:\(group):){6}\(last)"]
        for before in 0...7 {
            let left = before == 0 ? "" : "(?:(?:\(group):){0,\(before - 1)}\(group))?"
            let right =
                before < 6 ? (before == 5 ? last : "(?:\(group):){\(5 - before)}\(last)") : before == 6 ? group : ""
            forms.append("\(left)::\(right)")
        }
        return "(?:\(forms.joined(separator: "|")))"
    }()

    /// Up to 63 characters a label, no two hyphens in its third and fourth place, and no more than 253 in all.
    private static let hostname: String = {
        let letter = "[a-zA-Z0-9]"
        let inner = "[a-zA-Z0-9-]"
        let long =
            "\(letter)(?:\(letter)|\(inner)\(letter)(?:\(inner){0,59}\(letter))?"
            + "|\(inner)-\(letter)(?:\(inner){0,58}\(letter))?)?"
        return "(?:\(long)\\.){0,2}(?:\(letter)(?:\(inner)?\(letter))?\\.){0,3}[a-zA-Z](?:-?\(letter)){0,15}"
    }()

    private static let atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}"

    /// RFC 3986.
    private static let uri: String = {
        let plain = "-a-zA-Z0-9._~!$&'()*+,;="
        let escape = "%[0-9a-fA-F]{2}"
        let character = "(?:[\(plain):@]|\(escape))"
        let segments = "(?:/\(character)*)*"
        let user = "(?:(?:[\(plain):]|\(escape))*@)?"
        let host = "(?:\\[\(ipv6)\\]|(?:[\(plain)]|\(escape))*)"
        let hierarchy = "(?://\(user)\(host)(?::[0-9]{0,5})?\(segments)|/?\(character)+\(segments)|/?)"
        let tail = "(?:[\(plain):@/?]|\(escape))*"
        return "[a-zA-Z][a-zA-Z0-9+.-]{0,30}:\(hierarchy)(?:\\?\(tail))?(?:#\(tail))?"
    }()
}
