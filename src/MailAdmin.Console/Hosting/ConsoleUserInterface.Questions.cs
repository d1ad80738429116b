using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace MailAdmin.Console.Hosting;

/// <summary>The engine's questions: missing parameters, confirmations, credentials.</summary>
internal sealed partial class ConsoleUserInterface
{
    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        ArgumentNullException.ThrowIfNull(descriptions);
        MayAsk(caption);
        Head(caption, message);
        var answers = new Dictionary<string, PSObject>();
        foreach (var field in descriptions)
        {
            var type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
            object? value;
            if (type == typeof(PSCredential))
            {
                value = PromptForCredential("", field.Label, "", "");
            }
            else if (type == typeof(SecureString))
            {
                Write($"{field.Name}: ");
                value = ReadLineAsSecureString();
            }
            else if (type.IsArray)
            {
                value = LanguagePrimitives.ConvertTo(AskList(field.Name), type, CultureInfo.CurrentCulture);
            }
            else
            {
                Write($"{field.Name}: ");
                value = LanguagePrimitives.ConvertTo(Answer(field.Name), type, CultureInfo.CurrentCulture);
            }

            answers[field.Name] = value is null ? null! : PSObject.AsPSObject(value);
        }

        return answers;
    }

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        ArgumentNullException.ThrowIfNull(choices);
        MayAsk($"{caption} {message}");
        Head(caption, message);
        var labels = choices.Select(c => Split(c.Label)).ToList();
        while (true)
        {
            var list = labels.Select(l => $"[{l.Key}] {l.Label}").Append("[?] Help");
            var suffix = defaultChoice >= 0 ? $" (default is \"{labels[defaultChoice].Key}\")" : "";
            Write($"{string.Join("  ", list)}{suffix}: ");
            var answer = Answer(message).Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (answer == "?")
            {
                for (var i = 0; i < choices.Count; i++)
                {
                    WriteLine($"{labels[i].Key} - {choices[i].HelpMessage}");
                }

                continue;
            }

            var chosen = labels.FindIndex(l => l.Key.Equals(answer, StringComparison.OrdinalIgnoreCase) || l.Label.Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
            {
                return chosen;
            }
        }
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        MayAsk($"{caption} {message}");
        Head(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            Write("User: ");
            userName = Answer("User");
        }

        Write($"Password for {userName}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    private List<string> AskList(string name)
    {
        var values = new List<string>();
        while (true)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"{name}[{values.Count}]: "));
            var value = Answer(name);
            if (value.Length == 0)
            {
                return values;
            }

            values.Add(value);
        }
    }

    private void Head(string caption, string message)
    {
        foreach (var line in new[] { caption, message }.Where(l => !string.IsNullOrEmpty(l)))
        {
            WriteLine(line);
        }
    }

    // "&Yes" has the key Y.
    private static (string Key, string Label) Split(string label)
    {
        var at = label.IndexOf('&', StringComparison.Ordinal);
        var plain = label.Replace("&", "", StringComparison.Ordinal);
        return (at >= 0 && at + 1 < label.Length ? label[(at + 1)..(at + 2)].ToUpperInvariant() : plain, plain);
    }
}
