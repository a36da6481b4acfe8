/// Counts what a rendering uses and stops it at its limits.
final class Budget {
    static let recursionLimit = 800
    static let representationLimit = 200
    static let macroDepthLimit = 60
    static let containerDepthLimit = 100
    static let rangeLimit = 100_000

    private var steps: Int
    private var bytes: Int
    private var output: Int

    init(_ limits: RenderingLimits) {
        steps = limits.steps
        bytes = limits.bytes
        output = limits.output
    }

    /// Pays for one evaluation.
    func step() throws(TemplateError) {
        steps -= 1
        if steps < 0 { throw TemplateError("the template takes too many steps", kind: .limit) }
    }

    /// Pays for looking at so many bytes.
    func step(scanning count: Int) throws(TemplateError) {
        steps -= count / 64
        if steps < 0 { throw TemplateError("the template takes too many steps", kind: .limit) }
    }

    /// Pays for so many new bytes. Must come before they are made.
    func allocate(_ count: Int) throws(TemplateError) {
        bytes -= count
        if bytes < 0 { throw TemplateError("the template makes too much data", kind: .limit) }
    }

    /// Pays for `count` times `size` new bytes.
    func allocate(_ count: Int, times size: Int) throws(TemplateError) {
        let (product, overflows) = Swift.max(count, 0).multipliedReportingOverflow(by: size)
        try allocate(overflows ? Int.max / 2 : Swift.min(product, Int.max / 2))
    }

    /// Pays for so many bytes of the rendered text.
    func write(_ count: Int) throws(TemplateError) {
        output -= count
        if output < 0 { throw TemplateError("the template writes too much text", kind: .limit) }
    }
}
