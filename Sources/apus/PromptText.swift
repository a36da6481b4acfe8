internal import ArgumentParser

/// The prompt that was given, or all of standard input where it is `-` or missing.
func promptText(_ prompt: String?) throws -> String {
    if let prompt, prompt != "-" { return prompt }
    var lines: [String] = []
    while let line = readLine(strippingNewline: false) { lines.append(line) }
    let text = lines.joined()
    guard text.contains(where: { !$0.isWhitespace }) else {
        throw ValidationError("Give a prompt, as an argument or on standard input.")
    }
    return text
}
