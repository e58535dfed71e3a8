// The error for wrong settings.
import { StartupError } from '../base/startup-error.ts';

/** Its message has one line for each wrong setting. */
export class SettingsError extends StartupError {
  override readonly name = 'SettingsError';
}
