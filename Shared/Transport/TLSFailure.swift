internal import COpenSSL

/// What OpenSSL's error numbers mean to an operator.
enum TLSFailure {
    /// The reason behind `code`, the first error of the failed step.
    static func reason(
        _ code: UInt,
        verifyResult: Int,
        configuration: TLSConfiguration
    ) -> CloseReason {
        let ours = configuration.applicationProtocols.joined(separator: ", ")
        switch copenssl_error_reason(code) {
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return certificate(verifyResult)
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return CloseReason(.certificateMissing, "the peer shows no certificate")
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST,
            SSL_R_BAD_RECORD_TYPE, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_UNEXPECTED_MESSAGE,
            SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
            return CloseReason(.notTLS, "the peer does not speak TLS")
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
            SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_BAD_PROTOCOL_VERSION_NUMBER:
            return CloseReason(.versionRefused, "the peer does not speak TLS 1.3")
        case SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
            return CloseReason(.protocolMismatch, "the peer speaks none of \(ours)")
        default:
            return alert(copenssl_error_reason(code)) ?? other(code)
        }
    }

    /// What is wrong with the peer's certificate.
    private static func certificate(_ result: Int) -> CloseReason {
        // Safe: the text is OpenSSL's own, for the life of the process.
        let text = unsafe X509_verify_cert_error_string(result).map { unsafe String(cString: $0) }
        let reason = text ?? "unknown reason"
        return switch Int32(truncatingIfNeeded: result) {
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID:
            CloseReason(.certificateExpired, "the peer's certificate is out of its time: \(reason)")
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            CloseReason(.nameMismatch, "the peer's certificate is for another name: \(reason)")
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            CloseReason(
                .authorityUnknown,
                "the peer's certificate comes from an authority that is not trusted: \(reason)"
            )
        default:
            CloseReason(.certificateRefused, "the peer's certificate is refused: \(reason)")
        }
    }

    /// What the peer says of us.
    private static func alert(_ reason: Int32) -> CloseReason? {
        switch reason {
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
            CloseReason(.certificateExpired, "the peer finds our certificate out of its time")
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            CloseReason(
                .authorityUnknown,
                "the peer does not trust the authority of our certificate"
            )
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            CloseReason(.certificateMissing, "the peer wants a certificate of ours")
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
            SSL_R_TLSV1_ALERT_ACCESS_DENIED:
            CloseReason(.certificateRefused, "the peer refuses our certificate, or its name")
        default: nil
        }
    }

    private static func other(_ code: UInt) -> CloseReason {
        // Safe: the text is OpenSSL's own, for the life of the process.
        let text = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
        return CloseReason(.tlsFailed, "TLS failed: \(text ?? "no reason given")")
    }
}
