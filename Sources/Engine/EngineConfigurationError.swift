/// A configuration value that the engine cannot work with.
package struct EngineConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package var field: String
    package var value: Int
    package var problem: String

    package var description: String { "\(field) = \(value) \(problem)" }
}
