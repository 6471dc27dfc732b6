"""Why a mail has its level, as a sentence for the operator."""

from __future__ import annotations

from mailbot.domain.authority import Because
from mailbot.domain.sender_form import FormFault

VERDICT_WORDS: dict[Because | FormFault, str] = {
    Because.NO_PIN: "No mail server is believed here (trust.provider), so only a reply token counts.",
    Because.AUTOMATIC: "A machine wrote it.",
    Because.HEADERS_ODD: "Its headers can be read in two ways.",
    Because.FROM_DIFFERS: "Two readers find two different senders in it.",
    Because.NO_RESULTS: "It carries no Authentication-Results header.",
    Because.RESULTS_ODD: "Its topmost Authentication-Results header is not written as RFC 8601 asks.",
    Because.OTHER_SERVER: "Its topmost Authentication-Results header is not of the server that trust names.",
    Because.DMARC_FAILED: "The server found that the domain of From did not send it (DMARC).",
    Because.CONTRADICTION: "The server says two things about one check.",
    Because.NOT_ALIGNED: "Nothing that the server checked vouches for the domain of From.",
    Because.SPF: "It came from a server of the domain of From (SPF).",
    Because.DKIM_RELAXED: "A domain above or below that of From signed it (DKIM).",
    Because.DKIM: "The domain of From signed it (DKIM).",
    Because.DMARC: "The domain of From vouches for it (DMARC).",
    Because.SIGNED_IN: "Its writer was signed in.",
    FormFault.MISSING: "It names no sender.",
    FormFault.SEVERAL: "It has several From headers.",
    FormFault.TOO_LONG: "Its From header is too long.",
    FormFault.NOT_ASCII: "Its From header holds other characters than ASCII.",
    FormFault.NAME: "The name or the form of its From header is not plain.",
    FormFault.ENCODED: "The encoded name in its From header hides something.",
    FormFault.ADDRESS: "The address in its From header is not plain.",
}
