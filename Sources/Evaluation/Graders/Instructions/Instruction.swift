internal import JSON

/// One of IFEval's verifiable instructions (Zhou et al. 2023), with its arguments.
protocol Instruction: Sendable {
    init(_ arguments: InstructionArguments) throws(InstructionArguments.Failure)

    /// The response is not blank.
    func isFollowed(by response: String) -> Bool
}

/// IFEval's 25 types of instruction by their names.
enum Instructions {
    static let types: [String: any Instruction.Type] = [
        "keywords:existence": KeywordExistence.self,
        "keywords:frequency": KeywordFrequency.self,
        "keywords:forbidden_words": ForbiddenWords.self,
        "keywords:letter_frequency": LetterFrequency.self,
        "language:response_language": ResponseLanguage.self,
        "length_constraints:number_sentences": SentenceCount.self,
        "length_constraints:number_paragraphs": ParagraphCount.self,
        "length_constraints:number_words": WordCount.self,
        "length_constraints:nth_paragraph_first_word": ParagraphFirstWord.self,
        "detectable_content:number_placeholders": PlaceholderCount.self,
        "detectable_content:postscript": Postscript.self,
        "detectable_format:number_bullet_lists": BulletCount.self,
        "detectable_format:constrained_response": ConstrainedResponse.self,
        "detectable_format:number_highlighted_sections": HighlightCount.self,
        "detectable_format:multiple_sections": SectionCount.self,
        "detectable_format:json_format": JSONFormat.self,
        "detectable_format:title": Title.self,
        "combination:two_responses": TwoResponses.self,
        "combination:repeat_prompt": RepeatedPrompt.self,
        "startend:end_checker": EndPhrase.self,
        "startend:quotation": Quotation.self,
        "change_case:capital_word_frequency": CapitalWordFrequency.self,
        "change_case:english_capital": EnglishCapitals.self,
        "change_case:english_lowercase": EnglishLowercase.self,
        "punctuation:no_comma": NoComma.self,
    ]
}
