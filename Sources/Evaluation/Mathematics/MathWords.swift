/// Names that formulas use, with or without a backslash.
enum MathWords {
    static func function(_ name: some StringProtocol) -> MathExpression.Function? {
        switch name {
        case "arcsec", "arccsc": nil
        case "asin": .arcsin
        case "acos": .arccos
        case "atan": .arctan
        case "ceiling": .ceil
        default: String(name).isEmpty ? nil : MathExpression.Function(rawValue: String(name))
        }
    }

    static func constant(_ name: some StringProtocol) -> MathExpression.Constant? {
        switch name {
        case "pi": .pi
        case "infty", "inf", "infinity": .infinity
        default: nil
        }
    }

    /// Names of more than one letter that plain text may use without a backslash.
    static let plain = [
        "arcsin", "arccos", "arctan", "infinity", "sqrt", "sinh", "cosh", "tanh", "sin", "cos", "tan", "cot", "sec",
        "csc", "log", "exp", "inf", "ln", "pi",
    ]

    static let greek: Set<String> = [
        "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
        "mu", "nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta",
        "Theta", "Lambda", "Xi", "Sigma", "Phi", "Psi", "Omega", "ell",
    ]
}
