using Consortium.Adapters.Intake;
using Consortium.Fhir;
using Microsoft.Extensions.Logging;

namespace Consortium.Adapters.Mllp;

/// <summary>What goes back to the sender for a message.</summary>
/// <param name="Bytes">At once; null for nothing.</param>
/// <param name="Outcome">Later: waits for what became of the message, and gives the acknowledgement that tells it or null for none. Null where none is owed.</param>
internal sealed record Answer(byte[]? Bytes, Func<CancellationToken, Task<byte[]?>>? Outcome = null);

/// <summary>
/// Takes messages of one listener: reads the header, asks whether the sender may send, has the journal keep the message, and composes the answer. Shared by
/// the listener's connections; thread-safe.
/// </summary>
internal sealed class MessageTaker(MllpOptions options, IntakeJournal journal, TimeProvider time, ILogger logger)
{
    /// <summary>The journal's back-pressure.</summary>
    public IntakeGate Gate => journal.Gate;

    /// <summary>Takes a message. The frame's bytes are read before this gives its task.</summary>
    public async Task<Answer> TakeAsync(Frame frame)
    {
        await using Spool? spool = frame.Spool;
        if (frame.Bytes.IsEmpty) return Reject(MessageHeader.None("MSH", 100, "the frame is empty."));
        MessageHeader header = MessageHeader.Read(frame.Bytes.Span);
        if (header.IsAcknowledgment)
        {
            logger.LogInformation("An acknowledgement from a sender of source {Source} was let pass: none is expected, and none is acknowledged.", options.Source);
            return new Answer(null);
        }

        if (options.AllowedSenders.Count > 0 && header.Problem is null && !options.AllowedSenders.Any(header.IsFrom))
        {
            logger.LogWarning("A message for source {Source} was refused: MSH-3 and MSH-4 name no allowed sender.", options.Source);
            return new Answer(Acknowledgment.Reject(header, new AckProblem("MSH-3", 103, "the sender that MSH-3 and MSH-4 name is not allowed to send here."), NewId(), time.GetUtcNow()));
        }

        try
        {
            if (header.Problem is { } problem)
            {
                // It cannot be taken, but it is not lost either: a person sees it with the reason.
                var refusal = new OutcomeIssue(IssueSeverity.Error, problem.Code == 101 ? "required" : "structure", problem.Reason, problem.Place);
                await (spool is null
                    ? journal.RefuseAsync(frame.Bytes, options.Source, refusal, CancellationToken.None)
                    : journal.RefuseAsync(spool, options.Source, refusal, CancellationToken.None)).ConfigureAwait(false);
                Gate.ReportSuccess();
                logger.LogWarning("A message of source {Source} was refused and waits in the quarantine: its header cannot be read.", options.Source);
                return Reject(header);
            }

            IntakeReceipt receipt = await (spool is null
                ? journal.AcceptAsync(frame.Bytes, options.Source)
                : journal.AcceptAsync(spool, options.Source)).ConfigureAwait(false);
            Gate.ReportSuccess();
            return new Answer(
                header.WantsAccept(accepted: true) ? Acknowledgment.Accept(header, receipt.Digest[..20], time.GetUtcNow()) : null,
                header.WantsAnyApplication ? cancellationToken => OutcomeAsync(header, receipt.Digest, cancellationToken) : null);
        }
        catch (Exception e)
        {
            Gate.ReportFailure();
            logger.LogError("A message of source {Source} could not be written to the journal ({Failure}).", options.Source, e.GetType().Name);
            return new Answer(header.WantsAccept(accepted: false)
                ? Acknowledgment.Error(header, "the message could not be stored; send it again later.", NewId(), time.GetUtcNow())
                : null);
        }
    }

    /// <summary>The answer to a message that was broken off by the next one.</summary>
    public Answer Cut(Frame frame)
    {
        MessageHeader header = MessageHeader.Read(frame.Bytes.Span);
        return header.Problem is not null || header.IsAcknowledgment
            ? new Answer(null) // without its name, an answer would be taken for that of the next
            : new Answer(header.WantsAccept(accepted: false)
                ? Acknowledgment.Error(header, "the message was broken off: a start block came before its end block. Send it again.", NewId(), time.GetUtcNow())
                : null);
    }

    /// <summary>The last answer of a connection that breaks the protocol.</summary>
    public Answer Refuse(Frame frame)
    {
        string reason = frame.Event switch
        {
            FrameEvent.TooLong => $"the message is longer than {options.MaxFrameBytes} bytes. Split it, or have the limit raised (MaxFrameBytes).",
            FrameEvent.Unfinished => "the message was not ended in time by the end block characters (0x1C 0x0D). Send it again.",
            _ => "what was sent does not begin with the start block character (0x0B): this is no MLLP.",
        };
        logger.LogWarning("A sender of source {Source} was refused: {Reason}", options.Source, reason);
        MessageHeader header = frame.Bytes.IsEmpty ? MessageHeader.None("", 207, reason) : MessageHeader.Read(frame.Bytes.Span);
        return frame.Event == FrameEvent.Unfinished
            ? new Answer(Acknowledgment.Error(header, reason, NewId(), time.GetUtcNow()))
            : new Answer(Acknowledgment.Reject(header, new AckProblem("", 207, reason), NewId(), time.GetUtcNow()));
    }

    private async Task<byte[]?> OutcomeAsync(MessageHeader header, string digest, CancellationToken cancellationToken)
    {
        RecordOutcome outcome = await journal.Outcomes.WaitAsync(digest, cancellationToken).ConfigureAwait(false);
        return header.WantsApplication(outcome.IsGood)
            ? Acknowledgment.Application(header, [.. outcome.Issues.Select(ErrorSegments.From)], NewId(), time.GetUtcNow())
            : null;
    }

    private Answer Reject(MessageHeader header) => new(Acknowledgment.Reject(header, header.Problem!, NewId(), time.GetUtcNow()));

    /// <summary>MSH-10 of an answer: at most 20 characters (v2.5.1 ch. 2.15.9.10).</summary>
    private static string NewId() => Guid.NewGuid().ToString("N")[..20];
}
