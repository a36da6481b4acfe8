import COpenSSL
import Glibc

/// A key and its certificate, made for a test and written into a folder of its own, which goes away with it.
final class TestCertificate {
    let folder: String
    private let certificate: OpaquePointer
    private let key: OpaquePointer

    var certificateFile: String { "\(folder)/cert.pem" }
    var keyFile: String { "\(folder)/key.pem" }

    /// Signed by `issuer`, or by itself. Valid for `days` days from an hour ago on.
    init(_ name: String = "localhost", days: Int = 1, signedBy issuer: TestCertificate? = nil, password: String? = nil)
    {
        var template = Array("/tmp/apus-tls-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)

        let generator = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        EVP_PKEY_keygen_init(generator)
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(generator, NID_X9_62_prime256v1)
        var pair: OpaquePointer?
        EVP_PKEY_keygen(generator, &pair)
        EVP_PKEY_CTX_free(generator)
        key = pair!

        certificate = X509_new()
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1 << 20...1 << 40))
        X509_gmtime_adj(X509_getm_notBefore(certificate), days > 0 ? -3_600 : days * 86_400 - 3_600)
        X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86_400)
        X509_set_pubkey(certificate, key)
        let subject = X509_get_subject_name(certificate)
        X509_NAME_add_entry_by_txt(subject, "CN", Int32(MBSTRING_UTF8), name, -1, -1, 0)
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer?.certificate ?? certificate))
        add(NID_basic_constraints, issuer == nil ? "critical,CA:TRUE" : "CA:FALSE")
        add(NID_subject_alt_name, "DNS:\(name),IP:127.0.0.1")
        X509_sign(certificate, issuer?.key ?? key, EVP_sha256())
        write(password)
    }

    deinit {
        for name in ["cert.pem", "key.pem", "other.pem"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
        X509_free(certificate)
        EVP_PKEY_free(key)
    }

    /// Writes a further file into the folder and returns its path.
    func file(_ text: String) -> String {
        let path = "\(folder)/other.pem"
        let file = fopen(path, "w")
        fputs(text, file)
        fclose(file)
        return path
    }

    private func add(_ extensionType: Int32, _ value: String) {
        let entry = X509V3_EXT_conf_nid(nil, nil, extensionType, value)
        X509_add_ext(certificate, entry, -1)
        X509_EXTENSION_free(entry)
    }

    private func write(_ password: String?) {
        let certificates = BIO_new_file(certificateFile, "w")
        PEM_write_bio_X509(certificates, certificate)
        BIO_free(certificates)
        let keys = BIO_new_file(keyFile, "w")
        if let password {
            let bytes = Array(password.utf8)
            PEM_write_bio_PrivateKey(keys, key, EVP_aes_256_cbc(), bytes, Int32(bytes.count), nil, nil)
        } else {
            PEM_write_bio_PrivateKey(keys, key, nil, nil, 0, nil, nil)
        }
        BIO_free(keys)
    }
}
