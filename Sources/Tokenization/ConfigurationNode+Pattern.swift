import JSON

extension ConfigurationNode {
    /// The pattern of `{"String": …}` or `{"Regex": …}`.
    func pattern() throws(TokenizerError) -> Pattern {
        do throws(PatternError) {
            if let text = optional("String")?.value.stringValue { return try Pattern(literal: text) }
            if let expression = optional("Regex")?.value.stringValue { return try Pattern(oniguruma: expression) }
        } catch {
            throw self.error(error.description)
        }
        throw error("is neither {\"String\": \"…\"} nor {\"Regex\": \"…\"}")
    }

    /// A built-in pattern that is part of a component's definition.
    func builtinPattern(_ expression: String) throws(TokenizerError) -> Pattern {
        do throws(PatternError) {
            return try Pattern(oniguruma: expression)
        } catch {
            throw self.error(error.description)
        }
    }
}
