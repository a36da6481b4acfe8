/// The release that this source is.
package enum Version {
    package static let text = "0.1.0"
}
