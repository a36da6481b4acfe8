extension Figures {
    /// Seconds as `40 s`, `12 min`, `3 h 20 min` or `2 d 4 h`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "very long" }
        let whole = Int(seconds.rounded())
        return switch whole {
        case ..<100: "\(whole) s"
        case ..<6000: "\((whole + 30) / 60) min"
        case ..<172_800: "\(whole / 3600) h \(whole % 3600 / 60) min"
        default: "\(whole / 86400) d \(whole % 86400 / 3600) h"
        }
    }
}
