internal import FoundationEssentials
internal import Glibc
internal import JSON
internal import Logging

/// Turns log events into lines on standard error.
struct LogOutput: Sendable {
    let format: LogFormat
    let isColoured: Bool
    /// Where lines go; nil: to standard error.
    var file: LogFile?

    static var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    func write(_ event: LogEvent, label: String, metadata: Logger.Metadata) {
        let line = line(event, label: label, metadata: metadata, date: Date())
        if let file { return file.write(Array(line.utf8)) }
        LogSink.standardError.write(line) { lost in
            let notice = LogEvent(
                level: .warning, message: "Lines of the log were lost here: they could not be written",
                metadata: nil, source: nil, file: #fileID, function: #function, line: #line)
            return self.line(notice, label: label, metadata: ["lines": "\(lost)"], date: Date())
        }
    }

    func line(_ event: LogEvent, label: String, metadata: Logger.Metadata, date: Date) -> String {
        let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date)
        let pairs = metadata.sorted { $0.key < $1.key }
        switch format {
        case .text:
            return textLine(event, pairs, time: time)
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            for (key, value) in [
                ("time", time), ("level", event.level.rawValue), ("logger", label), ("message", "\(event.message)"),
            ] {
                writer.key(key)
                writer.value(value)
            }
            if let error = event.error {
                writer.key("error")
                writer.value("\(error)")
            }
            for (key, value) in pairs {
                writer.key(key)
                write(value, to: &writer)
            }
            writer.endObject()
            return Self.withoutHighControls(writer.text) + "\n"
        }
    }

    private func textLine(
        _ event: LogEvent, _ pairs: [(key: String, value: Logger.MetadataValue)], time: String
    ) -> String {
        var line = paint(time, "2") + " " + paint(event.level.column, event.level.colour) + " "
        line += Self.withoutControls("\(event.message)")
        for (key, value) in pairs { line += " " + paint(key + "=", "2") + Self.quoted("\(value)") }
        if let error = event.error { line += " " + paint("error=", "2") + Self.quoted("\(error)") }
        return line + "\n"
    }

    private func paint(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Control characters in what a client sent could forge lines or steer the terminal.
    private static func withoutControls(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: \.isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.isControl: result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// JSON lets DEL and the C1 controls stand as they are, but a terminal that shows the line would obey them.
    private static func withoutHighControls(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: \.isControl) else { return json }
        var result = ""
        for scalar in json.unicodeScalars {
            if scalar.isControl {
                result += "\\u00" + String(scalar.value, radix: 16)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The value as it is, or in quotation marks where its end would not be clear.
    private static func quoted(_ text: String) -> String {
        let clean = withoutControls(text)
        guard clean.isEmpty || clean.unicodeScalars.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else {
            return clean
        }
        return "\"" + clean.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
    }

    private func write(_ value: Logger.MetadataValue, to writer: inout JSONWriter) {
        switch value {
        case .string(let text):
            writer.value(text)
        case .stringConvertible(let value as Int):
            writer.value(value)
        case .stringConvertible(let value as Double):
            writer.value(value)
        case .stringConvertible(let value as Bool):
            writer.value(value)
        case .stringConvertible(let value):
            writer.value("\(value)")
        case .array(let values):
            writer.beginArray()
            for value in values { write(value, to: &writer) }
            writer.endArray()
        case .dictionary(let members):
            writer.beginObject()
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                writer.key(key)
                write(value, to: &writer)
            }
            writer.endObject()
        @unknown default:
            writer.value("\(value)")
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}

extension Logger.Level {
    /// Seven characters, so that messages line up.
    fileprivate var column: String {
        let name = rawValue.uppercased()
        return name + String(repeating: " ", count: max(0, 7 - name.count))
    }

    /// The parameter of the escape sequence that colours text.
    fileprivate var colour: String {
        switch self {
        case .trace, .debug: "2"
        case .info, .notice: "32"
        case .warning: "33"
        case .error, .critical: "31"
        }
    }
}
