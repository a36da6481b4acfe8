/// A setting that cannot be used: names it and says what to do.
package struct SettingError: Error, CustomStringConvertible {
    package let description: String

    package init(_ setting: String, _ problem: String) {
        description = "\(setting): \(problem)"
    }
}
