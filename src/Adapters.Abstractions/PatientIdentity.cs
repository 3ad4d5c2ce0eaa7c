namespace Consortium.Adapters;

/// <summary>
/// The logical id of a patient, by one rule for all adapters: the identifier's own system and value,
/// so that a message, a table and a note of the same hospital that name the same record number speak of one Patient.
/// </summary>
public static class PatientIdentity
{
    /// <summary>The logical id of the patient with this identifier. Give the hospital's own record number where the record has it, else the identity-card number.</summary>
    /// <param name="context">The conversion's context.</param>
    /// <param name="system">The identifier's system.</param>
    /// <param name="value">The identifier's value.</param>
    public static string LogicalId(ConversionContext context, string system, string value)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(value);
        return context.Ids.For(system, "Patient", value.Trim());
    }
}
