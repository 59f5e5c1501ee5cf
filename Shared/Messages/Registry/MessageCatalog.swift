internal import Geo
internal import Model

/// Every message, element and enumeration of the registry, by folder and in the order of the
/// documents.
package enum MessageCatalog {
    /// The messages.
    package static let messages: [any WireMessage.Type] = [
        // Common.
        Acknowledgement.self,
        StatusRequest.self,

        // Dispatch.
        QuoteRequest.self,
        QuoteReply.self,
        CreateBookingRequest.self,
        CancelBookingRequest.self,
        GetBookingRequest.self,
        BookingSnapshot.self,
        WatchBookingRequest.self,
        BookingUpdate.self,
        WatchOffersRequest.self,
        OfferEvent.self,
        OfferAnswer.self,
        OfferAnswerReply.self,
        TripProgressReport.self,
        BookingProgressReply.self,
        SetShiftRequest.self,
        SetShiftReply.self,
        WatchShiftsRequest.self,
        ShiftEvent.self,
        DriverEntry.self,
        VehicleEntry.self,
        ApplyRosterRequest.self,
        ApplyRosterReply.self,
        PaymentReport.self,
        ApplyTariffRequest.self,
        DispatchStatusReply.self,
        WatchTenantBookingsRequest.self,

        // Ingest.
        LocationAck.self,
        SubscribeFixesRequest.self,
        CoversPointRequest.self,
        CoversPointReply.self,
        ZoneChunk.self,
        PutZonesReply.self,
        GetLastFixRequest.self,
        GetLastFixReply.self,
        IngestStatusReply.self,

        // Payments.
        AuthoriseRequest.self,
        CaptureRequest.self,
        VoidRequest.self,
        GetPaymentRequest.self,
        PaymentSnapshot.self,
        ApplyPaymentAccountRequest.self,
        LedgerSummaryRequest.self,
        LedgerSummaryReply.self,
        PaymentsStatusReply.self,

        // Billing.
        TripUsageReport.self,
        GetStatementRequest.self,
        StatementReply.self,
        ApplyPlanRequest.self,
        BillingStatusReply.self,

        // Control.
        Echo.self,
        SetBusinessTimeRequest.self,
        SetBusinessTimeReply.self,
        ServiceStatusReply.self,
        ListParkedRequest.self,
        ListParkedReply.self,
        ParkedCommand.self,
        RetryParkedRequest.self,
        RetryParkedReply.self,
        DropParkedRequest.self,

        // Tokens.
        CallerToken.self,
        DriverToken.self,
    ]

    /// The elements of lists.
    package static let elements: [any WireElement.Type] = [
        GeoPoint.self,
        CandidateCost.self,
        AccountTotal.self,
        StatementSection.self,
        TripFee.self,
        PeerStatus.self,
        ParkedCount.self,
    ]

    /// The enumerations.
    package static let enumerations: [any WireCode.Type] = [
        BookingState.self,
        BookingActorCode.self,
        BookingReasonCode.self,
        BookingStepCode.self,
        BookingUpdateCode.self,
        DriverStatusCode.self,
        LedgerAccountCode.self,
        OfferDecisionCode.self,
        OfferEndCode.self,
        OfferEventCode.self,
        OfferOutcomeCode.self,
        PaymentProblemCode.self,
        PaymentProviderCode.self,
        PaymentReportCode.self,
        PaymentStateCode.self,
        ShiftEventCode.self,
        ShiftStateCode.self,
        SubjectCode.self,
        TripProgressCode.self,
        VehicleClassCode.self,
        ZonePurposeCode.self,
    ]
}
