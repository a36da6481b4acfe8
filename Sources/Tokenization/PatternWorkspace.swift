import CPCRE2

/// What one thread needs to search with any `Pattern`: PCRE2's match data, limits and JIT stack, and room for results.
final class PatternWorkspace {
    /// The first and the largest size of the stack that compiled patterns run on, in bytes.
    private static let stackSize = 32 << 10...8 << 20

    static let blockLength = 256

    let matchData: OpaquePointer?
    let context: OpaquePointer?
    private let stack: OpaquePointer?
    var pairs = [UInt32](repeating: 0, count: 2 * blockLength)

    init() {
        matchData = pcre2_match_data_create_8(1, nil)
        stack = pcre2_jit_stack_create_8(Self.stackSize.lowerBound, Self.stackSize.upperBound, nil)
        context = cpcre2_match_context_create(stack)
        precondition(matchData != nil && context != nil, "no memory for a pattern workspace")
    }

    deinit {
        pcre2_match_data_free_8(matchData)
        pcre2_match_context_free_8(context)
        pcre2_jit_stack_free_8(stack)
    }
}
